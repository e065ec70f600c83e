import type { AgentType } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import { archivalMemoryInsert } from './archival-memory-insert.ts'
import { archivalMemorySearch } from './archival-memory-search.ts'
import { conversationSearch } from './conversation-search.ts'
import { coreMemoryAppend } from './core-memory-append.ts'
import { coreMemoryReplace } from './core-memory-replace.ts'
import type { InnerTool } from './define-inner-tool.ts'
import { memoryInsert } from './memory-insert.ts'
import { memoryReplace } from './memory-replace.ts'
import { memoryRethink } from './memory-rethink.ts'
import { sendMessage } from './send-message.ts'

const INNER_TOOLS: readonly InnerTool[] = [
  sendMessage,
  coreMemoryAppend,
  coreMemoryReplace,
  memoryInsert,
  memoryReplace,
  memoryRethink,
  archivalMemoryInsert,
  archivalMemorySearch,
  conversationSearch,
]

export const SPEAKING_TOOL = sendMessage.name

const SEARCHING = [archivalMemoryInsert.name, archivalMemorySearch.name, conversationSearch.name]

/** Tools of an agent created without a list of tools. */
export const DEFAULT_TOOLS: Readonly<Record<AgentType, readonly string[]>> = {
  memgpt_agent: [sendMessage.name, coreMemoryAppend.name, coreMemoryReplace.name, ...SEARCHING],
  letta_v1_agent: [memoryInsert.name, memoryReplace.name, memoryRethink.name, ...SEARCHING],
}

export function innerTools(names: readonly string[]): readonly InnerTool[] {
  return names.flatMap((name) => INNER_TOOLS.filter((tool) => tool.name === name))
}

export function isToolName(name: string): boolean {
  return INNER_TOOLS.some((tool) => tool.name === name)
}

/** Throws a UserError if a name is not that of an inner tool. */
export function checkToolNames(names: readonly string[]): void {
  const unknown = names.filter((name) => !isToolName(name))
  if (unknown.length === 0) return
  const known = INNER_TOOLS.map((tool) => tool.name).join(', ')
  throw new UserError(
    'invalid_argument',
    `An agent can't have the tool "${unknown[0]}". The tools are: ${known}.`,
  )
}
