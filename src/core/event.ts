import type { AgentId, MessageId, RunId } from './ids.ts'

export const CHANGE_KINDS = ['agent', 'block', 'archive', 'run', 'messages'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/**
 * Something in the store changed, whoever did it and in whichever process. It carries no content: a listener
 * reads the row again. `subjectId` is the changed thing's id; of `messages` changes, the agent's.
 */
export interface Change {
  readonly seq: number
  readonly namespace: string
  readonly kind: ChangeKind
  readonly subjectId: string
}

/**
 * A part of an answer. `reasoning`: the model thinks. `speech`: words for the user, wherever the model wrote them.
 * `tool_call`: the arguments of a call, as the pieces of one JSON text, without those that belong to the loop.
 */
export type PartKind = 'reasoning' | 'speech' | 'tool_call'

/**
 * An agent at work, as it happens and in this process only. Nothing depends on seeing it: what is stored is the only
 * truth, and no event is. A step asks the model once or more often (`answer_started`); each of these answers has an id
 * of its own, which is that of the stored message if the answer is kept. Parts of an answer overlap.
 */
export type AgentEvent = { readonly runId: RunId; readonly agentId: AgentId } & (
  | { readonly type: 'step_started' | 'step_ended'; readonly step: number }
  | { readonly type: 'answer_started'; readonly messageId: MessageId }
  | {
      readonly type: 'part_started'
      readonly messageId: MessageId
      /** Counts the parts of an answer, from 0. */
      readonly part: number
      readonly kind: PartKind
      /** For a `tool_call`. */
      readonly toolName?: string | undefined
    }
  | {
      readonly type: 'part_delta'
      readonly messageId: MessageId
      readonly part: number
      /** The next characters. */
      readonly text: string
    }
  | { readonly type: 'part_ended'; readonly messageId: MessageId; readonly part: number }
  | {
      readonly type: 'answer_ended'
      readonly messageId: MessageId
      /** False: the call failed and what came of it is dropped; the step may ask again. */
      readonly isKept: boolean
    }
  | { readonly type: 'tool_called'; readonly toolName: string }
  | { readonly type: 'spoke'; readonly text: string }
  /** This process stops working on the run: it has ended, waits, or is taken up by another process. */
  | { readonly type: 'run_left' }
)

/** Which agents a change concerns. */
export interface Concerned {
  /** Agents whose settings, memory or history changed; none if the subject is gone, or is a run. */
  readonly agents: readonly AgentId[]
  /** Label of the block that changed. */
  readonly label?: string
}
