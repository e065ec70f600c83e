import type { ModelMessage, ModelRequest, ToolSpec } from './model.ts'
import type { Quirks } from './providers.ts'
import { toWireId } from './wire-id.ts'

type WireObject = Readonly<Record<string, unknown>>

/** The body of a chat-completions request. Pure: equal requests give equal bodies, so prompt caches hold. */
export function toWire(model: string, request: ModelRequest, quirks: Quirks): WireObject {
  return {
    model,
    messages: toWireMessages(request.messages, quirks),
    ...toWireTools(request, quirks),
    ...(quirks.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
}

function toWireMessages(messages: readonly ModelMessage[], quirks: Quirks): readonly WireObject[] {
  const wire: WireObject[] = []
  messages.forEach((message, index) => {
    const followsTool = messages[index - 1]?.role === 'tool'
    if (message.role === 'user' && followsTool && !quirks.userAfterTool) {
      wire.push({ role: 'assistant', content: 'Noted.' })
    }
    wire.push(toWireMessage(message, quirks))
  })
  return wire
}

function toWireMessage(message: ModelMessage, quirks: Quirks): WireObject {
  const content = message.text.toWellFormed()
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content }
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: toWireId(message.callId, quirks.maxToolCallIdLength),
        content,
      }
    case 'assistant': {
      if (message.toolCalls.length === 0) return { role: 'assistant', content }
      const sendsReasoning = quirks.sendsReasoningBack && message.reasoning !== ''
      return {
        role: 'assistant',
        content: content === '' ? null : content,
        ...(sendsReasoning ? { reasoning_content: message.reasoning.toWellFormed() } : {}),
        tool_calls: message.toolCalls.map((call) => ({
          id: toWireId(call.id, quirks.maxToolCallIdLength),
          type: 'function',
          function: { name: call.name, arguments: toWireArguments(call.arguments) },
        })),
      }
    }
  }
}

/** Several servers parse the arguments of old calls and refuse the whole request if they are no JSON object. */
function toWireArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? text.toWellFormed() : '{}'
  } catch {
    return '{}'
  }
}

function toWireTools(request: ModelRequest, quirks: Quirks): WireObject {
  const { tools, toolChoice } = request
  if (tools.length === 0) return {}
  if (typeof toolChoice === 'object') {
    if (quirks.toolChoice === 'full') {
      return {
        tools: tools.map(toWireTool),
        tool_choice: { type: 'function', function: { name: toolChoice.name } },
      }
    }
    // Where a tool cannot be named, it is the only one offered.
    const named = tools.filter((tool) => tool.name === toolChoice.name).map(toWireTool)
    return quirks.toolChoice === 'words'
      ? { tools: named, tool_choice: 'required' }
      : { tools: named }
  }
  if (quirks.toolChoice !== 'none') return { tools: tools.map(toWireTool), tool_choice: toolChoice }
  return toolChoice === 'none' ? {} : { tools: tools.map(toWireTool) }
}

function toWireTool({ name, description, parameters }: ToolSpec): WireObject {
  return { type: 'function', function: { name, description, parameters } }
}
