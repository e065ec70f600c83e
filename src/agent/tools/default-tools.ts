import type { AgentType } from '../../core/agent.ts'
import type { DatabaseTool } from '../../core/tool.ts'

/** The tool with which a memgpt_agent speaks to the user. */
export const SPEAKING_TOOL: DatabaseTool = 'send_message'

const SEARCHING: readonly DatabaseTool[] = [
  'archival_memory_insert',
  'archival_memory_search',
  'conversation_search',
]

/** Tools of an agent created without a list of tools. */
export const DEFAULT_TOOLS: Readonly<Record<AgentType, readonly DatabaseTool[]>> = {
  memgpt_agent: ['send_message', 'core_memory_append', 'core_memory_replace', ...SEARCHING],
  letta_v1_agent: ['memory_insert', 'memory_replace', 'memory_rethink', ...SEARCHING],
}
