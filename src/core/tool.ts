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
] as const
export type BuiltInTool = (typeof BUILT_IN_TOOLS)[number]

export function isBuiltInTool(name: string): name is BuiltInTool {
  return BUILT_IN_TOOLS.some((known) => known === name)
}
