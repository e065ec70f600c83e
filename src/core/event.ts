import type { AgentId, RunId } from './ids.ts'

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

/** What an agent does while it works, as it happens and in this process only; nothing depends on seeing it. */
export type AgentEvent =
  | {
      readonly type: 'step_started'
      readonly runId: RunId
      readonly agentId: AgentId
      readonly step: number
    }
  | {
      readonly type: 'tool_called'
      readonly runId: RunId
      readonly agentId: AgentId
      readonly toolName: string
    }
  | {
      readonly type: 'spoke'
      readonly runId: RunId
      readonly agentId: AgentId
      readonly text: string
    }

/** Which agents a change concerns. */
export interface Concerned {
  /** Agents whose settings, memory or history changed; none if the subject is gone, or is a run. */
  readonly agents: readonly AgentId[]
  /** Label of the block that changed. */
  readonly label?: string
}
