/* The parameters of MCP's sampling/createMessage, in the protocol's own form. */

export type SampledText = { type: 'text'; text: string }
export type SampledBlock =
  | SampledText
  | { type: 'image'; data: string; mimeType: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }
  | { type: 'tool_result'; toolUseId: string; content: SampledText[] }

export interface SamplingMessage {
  role: 'user' | 'assistant'
  content: SampledBlock | SampledBlock[]
}

export interface SamplingTool {
  name: string
  description: string
  inputSchema: { type: 'object'; [keyword: string]: unknown }
}

export interface SamplingParams {
  messages: SamplingMessage[]
  systemPrompt: string
  maxTokens: number
  temperature?: number
  tools?: SamplingTool[]
  toolChoice?: { mode: 'auto' | 'required' | 'none' }
}
