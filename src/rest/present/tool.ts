import type { StoredTool } from '../../core/stored-tool.ts'
import type { WholeTool } from '../../core/tool-view.ts'
import type { ToolDescription } from '../../service/context.ts'
import { builtInToolId } from './tool-id.ts'

/** Letta's own limit; a tool that names a smaller one gets that. */
const RETURN_CHARS = 50_000

/** Letta's own names for its groups of tools. */
function typeOf(name: string): string {
  if (/^(core_memory|memory)/.test(name)) return 'letta_memory_core'
  if (/^send_message_to/.test(name)) return 'letta_multi_agent_core'
  if (/^(web_search|fetch_webpage|run_code)$/.test(name)) return 'letta_builtin'
  if (/_files$/.test(name)) return 'letta_files_core'
  return 'letta_core'
}

export function presentBuiltIn(tool: ToolDescription): PresentedTool {
  const tool_type = typeOf(tool.name)
  return {
    ...common(tool),
    id: builtInToolId(tool.name),
    tool_type,
    source_type: 'python',
    source_code: null,
    tags: [tool_type],
    return_char_limit: RETURN_CHARS,
    default_requires_approval: false,
  }
}

export function presentStored(tool: StoredTool): PresentedTool {
  const isOfServer = tool.language === 'mcp'
  return {
    ...common(tool),
    id: tool.id,
    tool_type: isOfServer ? 'external_mcp' : 'custom',
    source_type: isOfServer ? 'json' : tool.language,
    source_code: isOfServer ? null : tool.source,
    tags: isOfServer ? [...tool.tags, `mcp:${tool.source}`] : tool.tags,
    return_char_limit: tool.maxResultChars ?? RETURN_CHARS,
    default_requires_approval: tool.requiresApproval,
    created_at: tool.createdAt,
    updated_at: tool.updatedAt,
  }
}

export function presentTool(tool: WholeTool): PresentedTool {
  return tool.stored ? presentStored(tool.stored) : presentBuiltIn(tool)
}

function common({ name, description, parameters }: ToolDescription) {
  return {
    name,
    description,
    json_schema: { name, description, parameters },
    args_json_schema: null,
    enable_parallel_execution: false,
    pip_requirements: [],
    npm_requirements: [],
    metadata_: {},
  }
}

/** A tool as Letta's clients read it. */
export interface PresentedTool extends ReturnType<typeof common> {
  readonly id: string
  readonly tool_type: string
  readonly source_type: string
  readonly source_code: string | null
  readonly tags: readonly string[]
  readonly return_char_limit: number
  readonly default_requires_approval: boolean
  readonly created_at?: string
  readonly updated_at?: string
}
