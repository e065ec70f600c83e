import type { AgentFile } from './agent-file.ts'
import type { FileTool } from './agent-file-tool.ts'
import type { BundledTool } from './bundle.ts'

/** A tool that several agents have is taken once. */
export function toolsIn(agents: readonly AgentFile[]): readonly BundledTool[] {
  const tools = agents.flatMap((agent) => agent.tools ?? []).map(readFileTool)
  return [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].reverse()
}

function readFileTool({ name, language, source, ...tool }: FileTool): BundledTool {
  if (language === 'mcp') return { kind: 'server', name, server: source }
  const { given = {} } = tool
  return {
    kind: 'code',
    name,
    fields: {
      source,
      language,
      ...(given.name && { name }),
      description: given.description,
      parameters: given.parameters && JSON.stringify(given.parameters),
      effect: given.effect,
      tags: tool.tags,
      requiresApproval: tool.requires_approval,
      capabilities: tool.capabilities,
      network: tool.network,
      secrets: tool.secrets,
      timeoutSeconds: tool.timeout_seconds,
      maxResultChars: tool.max_result_chars,
    },
  }
}
