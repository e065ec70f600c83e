import type { Agent } from '../../core/agent.ts'
import { type Due, hasRule, judge } from '../rules/tool-rules.ts'
import type { StepMadeCall } from './read-calls.ts'

/** Verdict of the tool rules on going on after a step. */
export interface StepRules {
  /** A terminal tool has succeeded. */
  readonly ended: boolean
  /** No tool could be called at this step, and the agent was told so. */
  readonly stuck: boolean
  /** A tool was called after which the loop goes on. */
  readonly continued: boolean
  readonly due: Due | null
  /** Number of steps in a row, with this one, in which the agent made no call that could run. */
  readonly idle: number
}

export const WITHOUT_RULES: StepRules = {
  ended: false,
  stuck: false,
  continued: false,
  due: null,
  idle: 0,
}

/** `calls` are those of the run up to the finished step `number`. */
export function judgeStep(
  { toolRules, tools }: Pick<Agent, 'toolRules' | 'tools'>,
  calls: readonly StepMadeCall[],
  number: number,
): StepRules {
  if (toolRules.length === 0) return WITHOUT_RULES
  const before = judge(
    toolRules,
    tools,
    calls.filter((call) => call.step < number),
  )
  const { ended, due } = judge(toolRules, tools, calls)
  const ran = calls.filter((call) => call.outcome !== 'refused')
  return {
    ended,
    stuck: before.allowed.length === 0,
    continued: calls.some(
      (call) =>
        call.step === number &&
        call.outcome === 'success' &&
        hasRule(toolRules, 'continue_loop', call.name),
    ),
    due,
    idle: number - (ran.at(-1)?.step ?? 0),
  }
}
