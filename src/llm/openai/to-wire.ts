import { cleanText } from '../../core/text.ts'
import type { ModelMessage, ModelRequest, ToolSpec } from '../model.ts'
import type { Quirks } from '../providers.ts'
import { toWireId } from './wire-id.ts'

type WireObject = Readonly<Record<string, unknown>>

/** Of a tool's name, with OpenAI. */
const LONGEST_NAME = 64
const ESCAPED_TROUBLE = /\\u(?:d[89a-f]|0000)/i

/** The body of a chat-completions request. Pure: equal requests give equal bodies, so prompt caches hold. */
export function toWire(model: string, request: ModelRequest, quirks: Quirks): WireObject {
  return {
    model,
    messages: toWireMessages(request.messages, quirks),
    ...toWireTools(request, quirks),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.maxOutputTokens !== undefined && { [quirks.outputLimit]: request.maxOutputTokens }),
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
      // All up to here, the tools included, stays the same until memory changes.
      return quirks.cacheMarkers
        ? {
            role: 'system',
            content: [{ type: 'text', text: content, cache_control: { type: 'ephemeral' } }],
          }
        : { role: 'system', content }
    case 'user':
      return { role: 'user', content }
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: toWireId(message.callId, quirks.maxToolCallIdLength),
        content,
      }
    case 'assistant': {
      if (message.toolCalls.length === 0) return { role: 'assistant', content }
      return {
        role: 'assistant',
        content: content === '' ? null : content,
        ...(quirks.sendsReasoningBack ? { reasoning_content: toWireReasoning(message) } : {}),
        tool_calls: message.toolCalls.map((call) => ({
          id: toWireId(call.id, quirks.maxToolCallIdLength),
          type: 'function',
          function: { name: toWireName(call.name), arguments: toWireArguments(call.arguments) },
        })),
      }
    }
  }
}

/** Moonshot takes an empty text for a missing one and refuses the request; a call of another model has none. */
function toWireReasoning({ reasoning }: { readonly reasoning: string }): string {
  return reasoning === '' ? ' ' : reasoning.toWellFormed()
}

/** A model may make up any name, and with one of other characters OpenAI refuses every later request. */
export function toWireName(name: string): string {
  const wire = name.replace(/[^\w-]/g, '_').slice(0, LONGEST_NAME)
  return wire === '' ? 'unknown' : wire
}

/** Several servers parse the arguments of old calls and refuse the whole request if they are no sound JSON object. */
export function toWireArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '{}'
    // Written as escapes, halves of a character and NUL only come to light when the server parses them.
    return ESCAPED_TROUBLE.test(text) ? JSON.stringify(cleanTexts(value)) : text.toWellFormed()
  } catch {
    return '{}'
  }
}

function cleanTexts(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [cleanText(name), cleanTexts(field)]),
  )
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
