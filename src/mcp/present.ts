import type { z } from 'zod'
import type { Agent } from '../core/agent.ts'
import type { Block, VersionHead } from '../core/block.ts'
import { type Message, spokenText } from '../core/message.ts'
import type { Page } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'
import { countCharacters, excerpt } from '../core/text.ts'
import { flattenToolRule, type ToolRule } from '../core/tool-rule.ts'
import type { AgentView, Found, FoundPage, SharedBlock } from './context.ts'
import { pieceOf } from './fit.ts'
import type {
  agentShape,
  blockShape,
  foundMessageShape,
  listedBlockShape,
  passageShape,
  pastBlockShape,
  shortAgentShape,
  versionShape,
} from './shapes.ts'

/* From what the rest of the program knows to what the contract shows. */

const EXCERPT_CHARACTERS = 200
const LISTED_AGENTS = 10

export function presentAgent(view: AgentView): z.infer<typeof agentShape> {
  const { agent } = view
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description,
    agent_type: agent.agentType,
    ...(agent.model !== null && { model: agent.model }),
    context_window: agent.contextWindow,
    system: view.system,
    tags: [...agent.tags],
    tools: [...agent.tools],
    tool_rules: agent.toolRules.map(presentToolRule),
    blocks: view.blocks.map(presentBlockHead),
    message_count: view.counts.messages,
    archival_count: view.counts.passages,
    created_at: agent.createdAt,
    updated_at: agent.updatedAt,
  }
}

function presentToolRule(rule: ToolRule) {
  const { children, cases, ...rest } = flattenToolRule(rule)
  return {
    ...rest,
    ...(children && { children: [...children] }),
    ...(cases && { cases: cases.map((one) => ({ ...one })) }),
  }
}

export function presentShortAgent(agent: Agent): z.infer<typeof shortAgentShape> {
  return {
    id: agent.id,
    name: agent.name,
    description: excerpt(agent.description, EXCERPT_CHARACTERS),
    agent_type: agent.agentType,
    ...(agent.model !== null && { model: agent.model }),
    tags: [...agent.tags],
    updated_at: agent.updatedAt,
  }
}

function presentBlockHead(block: Block) {
  return {
    id: block.id,
    label: block.label,
    chars: countCharacters(block.value),
    limit: block.limit,
    read_only: block.readOnly,
  }
}

export function presentBlock(
  { block, sharedWith }: SharedBlock,
  offset?: number,
): z.infer<typeof blockShape> {
  return { ...presentPastBlock(block, offset), shared_with: [...sharedWith] }
}

/** In a list, of the text only its beginning, unless `offset` asks for more. */
export function presentListedBlock(
  { block, sharedWith }: SharedBlock,
  offset?: number,
): z.infer<typeof listedBlockShape> {
  return {
    ...presentPastBlock(block, offset, offset === undefined ? EXCERPT_CHARACTERS : undefined),
    shared_with: sharedWith.slice(0, LISTED_AGENTS),
    agent_count: sharedWith.length,
  }
}

export function presentPastBlock(
  block: Block,
  offset?: number,
  budget?: number,
): z.infer<typeof pastBlockShape> {
  const { text, nextOffset } = pieceOf(block.value, offset, budget)
  return {
    ...presentBlockHead(block),
    value: text,
    ...(nextOffset !== undefined && { next_offset: nextOffset }),
    description: block.description,
    version: block.version,
    updated_at: block.updatedAt,
  }
}

export function presentVersion(head: VersionHead): z.infer<typeof versionShape> {
  const { author } = head
  const isAgent = author.kind === 'agent'
  return {
    version: head.version,
    at: head.at,
    by: isAgent ? author.agentId : author.kind,
    ...(isAgent && { run_id: author.runId, tool_call_id: author.callId }),
    ...(head.reason !== null && { reason: head.reason }),
    chars: head.chars,
  }
}

export function presentPassage(
  { item, ...found }: Found<Passage>,
  offset?: number,
): z.infer<typeof passageShape> {
  return {
    id: item.id,
    ...presentPiece(item.text, offset),
    tags: [...item.tags],
    source: item.source,
    created_at: item.createdAt,
    ...presentFound(found),
  }
}

export function presentFoundMessage(
  { item, ...found }: Found<Message>,
  offset?: number,
): z.infer<typeof foundMessageShape> {
  return {
    id: item.id,
    role: item.role,
    ...presentPiece(spokenText(item), offset),
    created_at: item.createdAt,
    ...presentFound(found),
  }
}

function presentPiece(whole: string, offset?: number) {
  const { text, chars, nextOffset } = pieceOf(whole, offset)
  const partial = text.length < whole.length
  return {
    text,
    ...(partial && { chars }),
    ...(nextOffset !== undefined && { next_offset: nextOffset }),
  }
}

function presentFound({ score, foundBy }: Omit<Found<unknown>, 'item'>) {
  return {
    ...(score !== undefined && { score }),
    ...(foundBy !== undefined && { found_by: foundBy }),
  }
}

export function presentPage(page: FoundPage<unknown>): {
  next_cursor?: string
  warnings?: string[]
} {
  return { ...presentCursor(page), ...(page.warnings && { warnings: [...page.warnings] }) }
}

export function presentCursor(page: Page<unknown>): { next_cursor?: string } {
  return page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }
}
