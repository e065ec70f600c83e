import type { Timestamp } from './clock.ts'
import type { AgentId, RunId, StepId } from './ids.ts'
import type { TokenUsage } from './run.ts'

/** One model call of a run, with the tool calls that it caused. */
export interface Step {
  readonly id: StepId
  readonly runId: RunId
  readonly agentId: AgentId
  /** 1 for the first model call of the run. */
  readonly number: number
  /** `provider/model` that answered; null: none yet. */
  readonly model: string | null
  readonly hasAnswer: boolean
  readonly usage: TokenUsage
  /** How a person rated it. */
  readonly feedback: string | null
  readonly startedAt: Timestamp
  readonly completedAt: Timestamp | null
}
