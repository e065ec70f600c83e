import type { Timestamp } from './clock.ts'
import type { AgentId, CallId, MessageId, RunId } from './ids.ts'

export const MESSAGE_ROLES = ['user', 'assistant', 'tool', 'system'] as const
export type MessageRole = (typeof MESSAGE_ROLES)[number]

/** A tool call as the model made it; `arguments` is the JSON text it wrote, whether or not it is valid. */
export interface ToolCall {
  readonly id: CallId
  readonly name: string
  readonly arguments: string
}

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Opaque data of a provider that belongs to an answer: signatures, encrypted or plain reasoning, its ids. It is stored
 * with the message, as one JSON field of its body, and goes wherever the message goes. Only the model that wrote it
 * gets it back, unchanged, on the wire on which it came; for every other model the message is sent without it.
 *
 * A wire decides what `message` and `calls` hold, and reads nothing but what it wrote itself:
 * - `chat`: fields of the message and of each call, by their names (`reasoning_details`, `extra_content`, `id` …);
 * - other wires: for example `{ blocks: […] }` with thinking blocks, or `{ items: […] }` with reasoning items, in order.
 */
export interface Extras {
  /** `provider/model`, as `ChatModel.handle`. */
  readonly model: string
  readonly wire: string
  readonly message?: JsonObject | undefined
  /** One for each of the message's calls, in their order; null: there is none for it. */
  readonly calls?: readonly (JsonObject | null)[] | undefined
}

export type MessageBody =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'system'; readonly text: string }
  | {
      readonly role: 'assistant'
      /** What the model wrote outside its tool calls. */
      readonly text: string
      readonly reasoning: string
      readonly toolCalls: readonly ToolCall[]
      /** What the user was told by this message: its text, or the words of its `send_message` calls. */
      readonly said: readonly string[]
      readonly extras?: Extras | undefined
    }
  | {
      readonly role: 'tool'
      readonly callId: CallId
      readonly toolName: string
      readonly status: 'success' | 'error'
      readonly text: string
    }

/** One entry of an agent's history. Append-only; `seq` counts from 1 without gaps per agent. */
export type Message = MessageBody & {
  readonly id: MessageId
  readonly agentId: AgentId
  readonly seq: number
  readonly runId: RunId | null
  /** What it takes of a context window, estimated when it was appended. */
  readonly tokens: number
  readonly createdAt: Timestamp
  /** Said to a coding assistant: it is found by search, and never in the agent's own context. */
  readonly elsewhere?: true
}

/** The words of a message that recall memory searches: what somebody said, not how it was carried. */
export function spokenText(body: MessageBody): string {
  return body.role === 'assistant' ? body.said.join('\n') : body.text
}
