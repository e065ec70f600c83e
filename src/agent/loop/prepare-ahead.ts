import type { StepCall } from '../../storage/port/store.ts'
import { bindCall, type PlannedCall } from '../step/plan-calls.ts'
import { fillContext } from './fill-context.ts'
import type { HeldRun } from './held.ts'
import { type CallOptions, finish, type Write } from './make-call.ts'
import { isTrouble } from './trouble.ts'

/**
 * The requests of an answer, for the transaction that stores it: nothing, or one call of our own tools that only writes to
 * the database. Undefined: the calls are made after it.
 */
export async function prepareAhead(
  run: HeldRun,
  calls: readonly PlannedCall[],
  { agent, speakNow, signal }: Pick<CallOptions, 'agent' | 'speakNow' | 'signal'>,
): Promise<Write | undefined> {
  const [call, ...others] = calls.filter(({ kind }) => kind === 'planned')
  if (!call) return async () => undefined
  // Rules look at the results of earlier calls of the same answer.
  const isBound = agent.toolRules.length > 0 && !speakNow
  if (others.length > 0 || call.kind !== 'planned' || call.needsApproval || isBound)
    return undefined
  if (call.effect !== 'database') return undefined
  const planned = toStepCall(call)
  try {
    const tools = await run.registry.ofAgent(run.store, agent)
    const bound = bindCall(tools, call.name, call.arguments)
    // Tools of others may take their time.
    if (bound.trust === 'untrusted') return undefined
    const ready = fillContext(bound, run, planned, agent)
    if (ready.effect !== 'database') return undefined
    const apply = await ready.prepare(signal)
    return (tx, at) => finish(tx, run, planned, { status: 'success', apply }, at)
  } catch (error) {
    if (isTrouble(error)) throw error
    return undefined
  }
}

function toStepCall(call: Extract<PlannedCall, { kind: 'planned' }>): StepCall {
  const { id, index, name, arguments: text, effect, note = null } = call
  const planned = { state: 'planned', status: null, approval: null, approvalReason: null } as const
  return { id, index, name, arguments: text, effect, note, ...planned }
}
