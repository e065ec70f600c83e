import { UserError } from '../../core/errors.ts'
import { DATABASE_TOOLS, type DatabaseTool, isDatabaseTool } from '../../core/tool.ts'
import { archivalMemoryInsert } from './archival-memory-insert.ts'
import { archivalMemoryMerge } from './archival-memory-merge.ts'
import { archivalMemoryNote } from './archival-memory-note.ts'
import { archivalMemorySearch } from './archival-memory-search.ts'
import { cancelTask } from './cancel-task.ts'
import { checkTask } from './check-task.ts'
import { conversationSearch } from './conversation-search.ts'
import { coreMemoryAppend } from './core-memory-append.ts'
import { coreMemoryReplace } from './core-memory-replace.ts'
import { createTask } from './create-task.ts'
import { handOff } from './hand-off.ts'
import type { InnerTool } from './inner-tool.ts'
import { listTasks } from './list-tasks.ts'
import { memoryInsert } from './memory-insert.ts'
import { memoryReplace } from './memory-replace.ts'
import { memoryRethink } from './memory-rethink.ts'
import { sendMessage } from './send-message.ts'
import { sendMessageToAgentAndWaitForReply } from './send-message-to-agent-and-wait-for-reply.ts'
import { sendMessageToAgentAsync } from './send-message-to-agent-async.ts'
import { sendMessageToAgentsMatchingTags } from './send-message-to-agents-matching-tags.ts'
import type { ToolRegistry } from './tool-registry.ts'

const TOOLS: Readonly<Record<DatabaseTool, InnerTool>> = {
  send_message: sendMessage,
  core_memory_append: coreMemoryAppend,
  core_memory_replace: coreMemoryReplace,
  memory_insert: memoryInsert,
  memory_replace: memoryReplace,
  memory_rethink: memoryRethink,
  archival_memory_insert: archivalMemoryInsert,
  archival_memory_search: archivalMemorySearch,
  conversation_search: conversationSearch,
  send_message_to_agent_async: sendMessageToAgentAsync,
  send_message_to_agent_and_wait_for_reply: sendMessageToAgentAndWaitForReply,
  send_message_to_agents_matching_tags: sendMessageToAgentsMatchingTags,
  create_task: createTask,
  check_task: checkTask,
  list_tasks: listTasks,
  cancel_task: cancelTask,
  hand_off: handOff,
  archival_memory_merge: archivalMemoryMerge,
  archival_memory_note: archivalMemoryNote,
}

export const ALL_DATABASE_TOOLS: readonly InnerTool[] = Object.values(TOOLS)

/** Those of these names, in that order; other names are left out. */
export function databaseTools(names: readonly string[]): readonly InnerTool[] {
  return names.flatMap((name) => (isDatabaseTool(name) ? [TOOLS[name]] : []))
}

/** The registry of a server that has no other tools. */
export const databaseRegistry: ToolRegistry = {
  ofAgent: async (_reads, { tools }) => databaseTools(tools),
  async resolve(_reads, references) {
    const unknown = references.find((name) => !isDatabaseTool(name))
    if (unknown === undefined) return [...new Set(references)]
    throw new UserError(
      'invalid_argument',
      `An agent can't have the tool "${unknown}". The tools are: ${DATABASE_TOOLS.join(', ')}.`,
    )
  },
  async assign() {},
  async approve() {},
}
