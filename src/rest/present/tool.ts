import type { ToolDescription } from '../../service/context.ts'
import { builtInToolId } from './tool-id.ts'

/** Letta's own names for its groups of tools. */
function typeOf(name: string): string {
  if (/^(core_memory|memory)/.test(name)) return 'letta_memory_core'
  if (/^send_message_to/.test(name)) return 'letta_multi_agent_core'
  if (/^(web_search|fetch_webpage|run_code)$/.test(name)) return 'letta_builtin'
  if (/_files$/.test(name)) return 'letta_files_core'
  return 'letta_core'
}

export function presentBuiltIn({ name, description, parameters }: ToolDescription) {
  const tool_type = typeOf(name)
  return {
    id: builtInToolId(name),
    name,
    description,
    tool_type,
    source_type: 'python',
    source_code: null,
    json_schema: { name, description, parameters },
    args_json_schema: null,
    tags: [tool_type],
    return_char_limit: 50_000,
    default_requires_approval: false,
    enable_parallel_execution: false,
    pip_requirements: [],
    npm_requirements: [],
    metadata_: {},
  }
}

export type PresentedTool = ReturnType<typeof presentBuiltIn>
