import type { StoredTool } from '../core/stored-tool.ts'
import type { FileTool } from './format/agent-file-tool.ts'

/** The current version of a tool. */
export function toFileTool(tool: StoredTool): FileTool {
  const { name, language, source, given, maxResultChars } = tool
  // A tool server has the rest of its tools itself.
  if (language === 'mcp') return { name, language, source }
  return {
    name,
    language,
    source,
    ...(given.length > 0 && {
      given: {
        ...(given.includes('name') && { name: true }),
        ...(given.includes('description') && { description: tool.description }),
        ...(given.includes('parameters') && { parameters: tool.parameters }),
        ...(given.includes('effect') && { effect: tool.effect }),
      },
    }),
    ...(tool.tags.length > 0 && { tags: [...tool.tags] }),
    ...(tool.requiresApproval && { requires_approval: true }),
    ...(tool.capabilities.length > 0 && { capabilities: [...tool.capabilities] }),
    ...(tool.network.length > 0 && { network: [...tool.network] }),
    ...(tool.secrets.length > 0 && { secrets: [...tool.secrets] }),
    timeout_seconds: tool.timeoutSeconds,
    ...(maxResultChars !== undefined && { max_result_chars: maxResultChars }),
  }
}
