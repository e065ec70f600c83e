import type { Timestamp } from './clock.ts'
import type { AgentId, CallId, ConversationId, MessageId, RunId } from './ids.ts'
import type { Picture } from './picture.ts'
import type { Speaker } from './route.ts'

export const MESSAGE_ROLES = ['user', 'assistant', 'tool', 'system'] as const
export type MessageRole = (typeof MESSAGE_ROLES)[number]

/** A tool call as the model wrote it. `arguments` is its JSON text, valid or not. */
export interface ToolCall {
  readonly id: CallId
  readonly name: string
  readonly arguments: string
}

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Opaque provider data of an answer: signatures, encrypted or plain reasoning, provider ids. Stored with the message as
 * one JSON field of its body. It is sent back unchanged only to the model that wrote it, over the wire API on which it
 * came; every other model gets the message without it.
 *
 * Each wire API defines `message` and `calls`, and reads only what it wrote itself:
 * - `chat`: fields of the message and of each call, by name (`reasoning_details`, `extra_content`, `id` …);
 * - others: for example `{ blocks: […] }` with thinking blocks, or `{ items: […] }` with reasoning items, in order.
 */
export interface Extras {
  /** `provider/model`, as `ChatModel.handle`. */
  readonly model: string
  readonly wire: string
  readonly message?: JsonObject | undefined
  /** One entry per tool call of the message, in order; null: none for that call. */
  readonly calls?: readonly (JsonObject | null)[] | undefined
}

/** The sender of a message that no user wrote. */
export type MessageSender =
  | {
      readonly kind: 'agent'
      readonly agentId: AgentId
      /** Its name at that time. */
      readonly name: string
      /** The run in which it was sent. */
      readonly runId: RunId
      /** That run waits for the reply. */
      readonly awaitsReply: boolean
    }
  | { readonly kind: 'server' }

export type MessageBody =
  | {
      readonly role: 'user'
      readonly text: string
      readonly pictures?: readonly Picture[] | undefined
    }
  | {
      readonly role: 'system'
      readonly text: string
      /** Absent: a note without a sender, for example from an imported history. */
      readonly sender?: MessageSender | undefined
    }
  | {
      readonly role: 'assistant'
      /** Text of the model outside its tool calls. */
      readonly text: string
      readonly reasoning: string
      readonly toolCalls: readonly ToolCall[]
      /** The words shown to the user: the message's text, or the text of its `send_message` calls. */
      readonly said: readonly string[]
      readonly extras?: Extras | undefined
      /** Set if another agent said it, to which the conversation was handed off. */
      readonly speaker?: Speaker | undefined
    }
  | {
      readonly role: 'tool'
      readonly callId: CallId
      readonly toolName: string
      readonly status: 'success' | 'error'
      readonly text: string
    }

/**
 * An entry of an agent's history. Append-only; `seq` counts from 1 per agent, over all its conversations. Gaps are left
 * only by deleted conversations.
 */
export type Message = MessageBody & {
  readonly id: MessageId
  readonly agentId: AgentId
  readonly conversationId: ConversationId
  readonly seq: number
  readonly runId: RunId | null
  /** Estimated size in tokens, computed when it was appended. */
  readonly tokens: number
  readonly createdAt: Timestamp
  /** From a coding assistant's session: found by search, never in the agent's own context. */
  readonly elsewhere?: true
}

/** Whether the message begins a turn: it is from a user, another agent or the server. */
export function beginsTurn(body: MessageBody): boolean {
  return body.role === 'user' || (body.role === 'system' && body.sender !== undefined)
}

/** The searchable words of a message: what somebody said, without tool calls and envelopes. */
export function spokenText(body: MessageBody): string {
  return body.role === 'assistant' ? body.said.join('\n') : body.text
}
