import type { AgentId, CallId, MessageId, RunId } from './ids.ts'
import type { Run } from './run.ts'

export const CHANGE_KINDS = [
  'agent',
  'block',
  'archive',
  'run',
  'messages',
  'job',
  'tool',
  'group',
  'schedule',
] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/**
 * Something in the store changed, in this process or another. It carries no content: a listener reads the row again.
 * `subjectId` is the id of the changed thing; for `messages` changes it is the agent's.
 */
export interface Change {
  readonly seq: number
  readonly namespace: string
  readonly kind: ChangeKind
  readonly subjectId: string
  /** State of the run after the change, if this process made it: who needs no more need not read the row. */
  readonly run?: RunState | undefined
}

export interface RunState extends Pick<Run, 'status' | 'waitingFor' | 'cancelRequested'> {
  /** It has ended, and no later run of its conversation is open. */
  readonly isLast?: boolean
}

/**
 * Kind of a part of an answer. `reasoning`: the model's thinking. `speech`: words for the user, wherever the model
 * wrote them. `tool_call`: the arguments of a call, streamed as pieces of one JSON text, without arguments that belong
 * to the step loop.
 */
export type PartKind = 'reasoning' | 'speech' | 'tool_call'

/**
 * An event of a running agent, in this process only. Events are never persisted: the stored result is the only truth. A
 * step calls the model one or more times (`answer_started`); each answer has an id, which becomes the id of the stored
 * message if the answer is kept. Parts of an answer can overlap.
 */
export type AgentEvent = { readonly runId: RunId; readonly agentId: AgentId } & (
  | { readonly type: 'step_started' | 'step_ended'; readonly step: number }
  | { readonly type: 'answer_started'; readonly messageId: MessageId }
  | {
      readonly type: 'part_started'
      readonly messageId: MessageId
      /** Index of the part within its answer, from 0. */
      readonly part: number
      readonly kind: PartKind
      /** Set for a `tool_call`. */
      readonly toolName?: string | undefined
      readonly callId?: CallId | undefined
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
      /** False: the call failed and its output is dropped; the step may ask again. */
      readonly isKept: boolean
    }
  | { readonly type: 'tool_called'; readonly toolName: string }
  | { readonly type: 'spoke'; readonly text: string }
  /** This process no longer works on the run: it has ended, is waiting, or another process took it over. */
  | { readonly type: 'run_left' }
)

/** The agents that a change concerns. */
export interface Concerned {
  /** Agents whose settings, memory or history changed. Empty if the subject is a run or no longer exists. */
  readonly agents: readonly AgentId[]
  /** Label of the changed block. */
  readonly label?: string
}
