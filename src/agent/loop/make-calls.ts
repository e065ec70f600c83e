import type { Agent } from '../../core/agent.ts'
import type { CurrentStep, StepCall } from '../../storage/port/store.ts'
import type { Next } from './advance.ts'
import { callsToMake } from './await-agents.ts'
import { refuseCall, whyNotMade } from './before-call.ts'
import type { HeldRun } from './held.ts'
import { type CallOptions, type CallsOptions, makeCall } from './make-call.ts'

/**
 * Makes the calls of a step that have not been made yet, in order. Each ends with exactly one stored result. Returns the
 * next action if it was decided with the last result.
 */
export async function makeCalls(
  run: HeldRun,
  step: CurrentStep,
  options: CallsOptions,
): Promise<Next | undefined> {
  const groups = sideBySide(callsToMake(step), mayBeParallel(options.agent))
  let next: Next | undefined
  for (const [index, group] of groups.entries()) {
    if (options.signal.aborted) return undefined
    const isLast = index === groups.length - 1 && group.length === 1
    const goOn = isLast ? options.goOn : undefined
    ;[next] = await Promise.all(group.map((call) => makeOrRefuse(run, call, { ...options, goOn })))
  }
  return next
}

async function makeOrRefuse(
  run: HeldRun,
  call: StepCall,
  options: CallOptions,
): Promise<Next | undefined> {
  const refusal = await whyNotMade(run, call, options.agent, options.speakNow)
  if (refusal !== undefined) {
    await refuseCall(run, call, refusal)
    return undefined
  }
  options.onCall(call.name)
  return makeCall(run, call, options)
}

/** Tool rules depend on earlier calls, so under them calls run one by one. */
function mayBeParallel({ settings, toolRules }: Agent): boolean {
  return settings.parallelToolCalls && toolRules.length === 0
}

/** Neighbouring calls that only read may run in parallel; every other call runs alone. */
function sideBySide(calls: readonly StepCall[], parallel: boolean): readonly StepCall[][] {
  const groups: StepCall[][] = []
  for (const call of calls) {
    const before = groups.at(-1)
    const joins = parallel && call.effect === 'readonly' && before?.[0]?.effect === 'readonly'
    if (before && joins) before.push(call)
    else groups.push([call])
  }
  return groups
}
