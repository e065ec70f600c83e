/** Names of the tools that need nothing but this server. */
export const BUILT_IN_TOOLS = [
  'send_message',
  'core_memory_append',
  'core_memory_replace',
  'memory_insert',
  'memory_replace',
  'memory_rethink',
  'archival_memory_insert',
  'archival_memory_search',
  'conversation_search',
  'send_message_to_agent_async',
  'send_message_to_agent_and_wait_for_reply',
  'send_message_to_agents_matching_tags',
  'create_task',
  'check_task',
  'list_tasks',
  'cancel_task',
] as const
export type BuiltInTool = (typeof BUILT_IN_TOOLS)[number]

export function isBuiltInTool(name: string): name is BuiltInTool {
  return BUILT_IN_TOOLS.some((known) => known === name)
}
