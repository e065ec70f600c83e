import { growing } from '../../core/growing.ts'
import { remembered } from '../../core/remembered.ts'
import { toWireArguments, toWireName } from '../call-texts.ts'
import { joinNeighbours } from '../join-neighbours.ts'
import {
  isAsked,
  type ModelMessage,
  type ModelPicture,
  type ModelRequest,
  type ToolSpec,
} from '../model.ts'
import { dataUrl, picturesIn } from '../pictures.ts'
import type { Quirks } from '../providers.ts'
import { type CallIds, callIds } from '../wire/call-ids.ts'
import { callFields, extrasFor, messageFields } from './chat-extras.ts'

type WireObject = Readonly<Record<string, unknown>>
type Answer = Extract<ModelMessage, { role: 'assistant' }>

export interface ChatWire {
  readonly model: string
  /** `provider/model`; only its own extras are sent. */
  readonly handle: string
  readonly quirks: Quirks
}

/** A body whose messages can be read. */
export interface ChatBody extends WireObject {
  readonly messages: readonly WireObject[]
}

/** The body of a chat-completions request. Pure: equal requests give equal bodies, so the prompt cache stays valid. */
export function toWire({ model, handle, quirks }: ChatWire, request: ModelRequest): ChatBody {
  return {
    model,
    messages: toWireMessages(request.messages, handle, quirks),
    ...toWireTools(request, quirks),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.maxOutputTokens !== undefined && { [quirks.outputLimit]: request.maxOutputTokens }),
    ...(isAsked(request.reasoning) && { reasoning_effort: request.reasoning }),
    ...(quirks.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
}

function toWireMessages(
  messages: readonly ModelMessage[],
  handle: string,
  quirks: Quirks,
): readonly WireObject[] {
  const { system, said } = joinNeighbours(messages)
  const wire = toWireSaid(said, handle, quirks)
  return system ? [toWireMessage(system, handle, quirks), ...wire] : wire
}

const toWireSaid = growing((handle: string, quirks: Quirks) => {
  const wire: WireObject[] = []
  const ids = callIds(
    quirks.maxToolCallIdLength,
    ({ extras }, index) => callFields(extrasFor(handle, extras), index).id,
  )
  return {
    add(message: ModelMessage, changes) {
      ids.add(message, changes)
      const followsTool = wire.at(-1)?.role === 'tool'
      if (message.role === 'user' && followsTool && !quirks.userAfterTool) changes.push(wire, NOTED)
      changes.push(wire, toWireMessage(message, handle, quirks, ...idsIn(message, ids)))
    },
    made: (): readonly WireObject[] => [...wire],
  }
})

const NOTED: WireObject = { role: 'assistant', content: 'Noted.' }

/** The wire's ids of the calls that a message makes or answers. */
function idsIn(message: ModelMessage, ids: CallIds): readonly string[] {
  if (message.role === 'tool') return [ids.of(message.callId)]
  return message.role === 'assistant' ? message.toolCalls.map(({ id }) => ids.of(id)) : []
}

/** Remembered, since the history is sent again at every step. */
const toWireMessage = remembered(makeWireMessage)

function makeWireMessage(
  message: ModelMessage,
  handle: string,
  quirks: Quirks,
  ...ids: readonly string[]
): WireObject {
  const content = message.text.toWellFormed()
  switch (message.role) {
    case 'system':
      // Everything up to here, tools included, stays the same until memory changes.
      return quirks.cacheMarkers
        ? {
            role: 'system',
            content: [{ type: 'text', text: content, cache_control: { type: 'ephemeral' } }],
          }
        : { role: 'system', content }
    case 'user':
      return { role: 'user', content: withPictures(content, picturesIn(message)) }
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: ids[0],
        content,
      }
    case 'assistant':
      return toWireAnswer(message, handle, quirks, ids)
  }
}

function withPictures(text: string, pictures: readonly ModelPicture[]): unknown {
  if (pictures.length === 0) return text
  return [
    { type: 'text', text },
    ...pictures.map((picture) => ({ type: 'image_url', image_url: { url: dataUrl(picture) } })),
  ]
}

function toWireAnswer(
  message: Answer,
  handle: string,
  quirks: Quirks,
  ids: readonly string[],
): WireObject {
  const extras = extrasFor(handle, message.extras)
  const text = message.text.toWellFormed()
  const { content = text, ...fields } = messageFields(extras, message.text)
  if (message.toolCalls.length === 0) return { role: 'assistant', content, ...fields }
  return {
    role: 'assistant',
    content: content === '' ? null : content,
    ...(quirks.sendsReasoningBack && { reasoning_content: toWireReasoning(message) }),
    ...fields,
    tool_calls: message.toolCalls.map((call, index) => {
      const own = callFields(extras, index)
      return {
        ...own.fields,
        id: ids[index],
        type: 'function',
        function: {
          ...own.inner,
          name: toWireName(call.name),
          arguments: toWireArguments(call.arguments),
        },
      }
    }),
  }
}

/**
 * For models that require some reasoning with every call. Another model's reasoning is not sent as its own, and
 * Moonshot refuses empty text as missing.
 */
function toWireReasoning({ reasoning, extras }: Answer) {
  return reasoning === '' || extras !== undefined ? ' ' : reasoning.toWellFormed()
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
    // If a tool cannot be forced by name, it is the only one offered.
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
