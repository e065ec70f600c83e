/** Names of the tools with which an agent speaks, remembers and searches. */
export const USUAL_TOOLS = [
  'send_message',
  'core_memory_append',
  'core_memory_replace',
  'memory_insert',
  'memory_replace',
  'memory_rethink',
  'archival_memory_insert',
  'archival_memory_search',
  'conversation_search',
] as const

/** Names of the tools that need nothing but the database: the usual ones, and those to work with other agents. */
export const DATABASE_TOOLS = [
  ...USUAL_TOOLS,
  'send_message_to_agent_async',
  'send_message_to_agent_and_wait_for_reply',
  'send_message_to_agents_matching_tags',
  'create_task',
  'check_task',
  'list_tasks',
  'cancel_task',
  'hand_off',
  'archival_memory_merge',
  'archival_memory_note',
] as const
export type DatabaseTool = (typeof DATABASE_TOOLS)[number]

/** Tools that read the documents that were loaded. */
export const FILE_TOOLS = [
  'list_files',
  'open_files',
  'grep_files',
  'semantic_search_files',
] as const

/** Names of all tools that come with the server. An agent has the others only if they are given to it. */
export const BUILT_IN_TOOLS = [
  ...DATABASE_TOOLS,
  'run_code',
  'fetch_webpage',
  'web_search',
  ...FILE_TOOLS,
  'create_tool',
  'edit_tool',
  'test_tool',
  'attach_tool',
] as const
export type BuiltInTool = (typeof BUILT_IN_TOOLS)[number]

/** Added by the server to the tools of an agent that has many. */
export const FIND_TOOLS = 'find_tools'

export function isDatabaseTool(name: string): name is DatabaseTool {
  return DATABASE_TOOLS.some((known) => known === name)
}

export function isBuiltInTool(name: string): name is BuiltInTool {
  return BUILT_IN_TOOLS.some((known) => known === name)
}
