import type { AgentType } from '../../core/agent.ts'
import type { Finish, StopReason } from '../../core/run.ts'
import type { StepRules } from './judge-step.ts'

/** A finished step. */
export interface FinishedStep {
  readonly agentType: AgentType
  /** 1 for the first of the run. */
  readonly number: number
  readonly maxSteps: number
  readonly finish: Finish
  readonly calls: readonly {
    readonly status: 'success' | 'error'
    readonly heartbeat: boolean
  }[]
  readonly rules: StepRules
}

export type Decision =
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'stop'
      readonly reason: Extract<
        StopReason,
        'end_turn' | 'tool_rule' | 'max_steps' | 'refusal' | 'output_truncated'
      >
    }

const ENDINGS = { refusal: 'refusal', length: 'output_truncated' } as const

/**
 * Whether the agent goes on after a step. A memgpt_agent goes on when it asked for a heartbeat, a letta_v1_agent when
 * it called a tool, and both when a call failed or a tool rule requires it. After the last step there is one more, in
 * which the agent can only speak.
 */
export function decide(step: FinishedStep): Decision {
  const { agentType, number, maxSteps, finish, calls, rules } = step
  if (mayOnlySpeak(number, maxSteps)) return { kind: 'stop', reason: 'max_steps' }
  if (rules.ended || rules.stuck) return { kind: 'stop', reason: 'tool_rule' }
  // A text that broke off is not continued.
  if (calls.length === 0 && finish !== 'stop') return { kind: 'stop', reason: ENDINGS[finish] }
  const failed = calls.some((call) => call.status === 'error')
  const wanted =
    agentType === 'memgpt_agent' ? calls.some((call) => call.heartbeat) : calls.length > 0
  const ruled = rules.continued || rules.due !== null
  return failed || wanted || ruled ? { kind: 'continue' } : { kind: 'stop', reason: 'end_turn' }
}

/** Step `number` is past the last, so the agent can only say so. */
export function mayOnlySpeak(number: number, maxSteps: number): boolean {
  return number > maxSteps
}
