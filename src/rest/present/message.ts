import type { Message, ToolCall } from '../../core/message.ts'

const SPEAKING_TOOL = 'send_message'
/** Arguments of the step loop; no tool knows them. */
const LOOP_ARGUMENTS = ['thinking', 'request_heartbeat']

export interface Shown {
  /** A call of `send_message` appears as the words that it says. */
  readonly speaksAsMessage: boolean
  /** Ids of calls that wait for a person or the caller. */
  readonly pending: ReadonlySet<string>
  readonly stepId?: string | undefined
}

export interface LettaMessage {
  readonly id: string
  readonly message_type: string
  readonly [field: string]: unknown
}

type Part = { readonly message_type: string } & Readonly<Record<string, unknown>>

/** One stored message gives several of Letta's, with one id and different otids. */
export function presentMessage(message: Message, shown: Shown): readonly LettaMessage[] {
  return partsOf(message, shown).map((part, index) => ({
    id: message.id,
    date: message.createdAt,
    name: null,
    otid: otidOf(message.id, index),
    sender_id: null,
    step_id: shown.stepId ?? null,
    is_err: null,
    seq_id: null,
    run_id: message.runId,
    conversation_id: message.conversationId,
    ...part,
  }))
}

/** The UUID of the message with the place of the part in its last two digits, as Letta does. */
export function otidOf(id: string, index: number): string {
  const uuid = id.slice(id.indexOf('-') + 1)
  return `${uuid.slice(0, -2)}${index.toString(16).padStart(2, '0')}`
}

function partsOf(message: Message, shown: Shown): readonly Part[] {
  switch (message.role) {
    case 'user':
      return [{ message_type: 'user_message', content: contentOf(message) }]
    case 'system':
      return [{ message_type: 'system_message', content: message.text }]
    case 'tool':
      return message.toolName === SPEAKING_TOOL && shown.speaksAsMessage
        ? []
        : [returnPart(message)]
    case 'assistant':
      return assistantParts(message, shown)
  }
}

/** Text, or parts if it came with pictures, which stay with the server. */
function contentOf({ text, pictures = [] }: Extract<Message, { role: 'user' }>) {
  if (pictures.length === 0) return text
  const shown = pictures.map(({ digest, mediaType: media_type }) => ({
    type: 'image',
    source: { type: 'letta', file_id: `file-${digest}`, media_type },
  }))
  return [{ type: 'text', text }, ...shown]
}

function assistantParts(
  message: Extract<Message, { role: 'assistant' }>,
  { speaksAsMessage, pending }: Shown,
): readonly Part[] {
  const speaking = message.toolCalls.filter(({ name }) => name === SPEAKING_TOOL)
  const hidden = speaksAsMessage ? speaking : []
  const calls = message.toolCalls.filter((call) => !hidden.includes(call))
  const says = speaksAsMessage || speaking.length === 0
  const waiting = calls.filter(({ id }) => pending.has(id))
  const made = calls.filter(({ id }) => !pending.has(id))
  return [
    ...thoughtsOf(message).map((reasoning) => ({
      message_type: 'reasoning_message',
      reasoning,
      source: 'reasoner_model',
      signature: null,
    })),
    ...made.map((call) => callPart('tool_call_message', [call])),
    ...(waiting.length === 0 ? [] : [callPart('approval_request_message', waiting)]),
    ...(says ? message.said : []).map((content) => ({
      message_type: 'assistant_message',
      content,
    })),
  ]
}

/** Text the model did not send to the user: its reasoning, and text beside tool calls. */
function thoughtsOf(message: Extract<Message, { role: 'assistant' }>): readonly string[] {
  const aside = message.said.includes(message.text) ? '' : message.text
  return [message.reasoning, aside].filter((text) => text !== '')
}

function callPart(message_type: string, calls: readonly ToolCall[]): Part {
  const tool_calls = calls.map((call) => ({
    name: call.name,
    arguments: ownArguments(call.arguments),
    tool_call_id: call.id,
  }))
  return { message_type, tool_call: tool_calls[0], tool_calls }
}

function returnPart({ callId, toolName, status, text }: Extract<Message, { role: 'tool' }>): Part {
  const one = { tool_call_id: callId, status, tool_return: text, stdout: null, stderr: null }
  return {
    message_type: 'tool_return_message',
    name: toolName,
    ...one,
    tool_returns: [{ type: 'tool', ...one }],
  }
}

/** The arguments that the tool gets, as the text of an object; clients parse it. */
function ownArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '{}'
    const own = Object.entries(value).filter(([name]) => !LOOP_ARGUMENTS.includes(name))
    return JSON.stringify(Object.fromEntries(own))
  } catch {
    return '{}'
  }
}
