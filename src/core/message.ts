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
}

/** The words of a message that recall memory searches: what somebody said, not how it was carried. */
export function spokenText(body: MessageBody): string {
  return body.role === 'assistant' ? body.said.join('\n') : body.text
}
