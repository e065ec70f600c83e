import type { StepCall, Transaction } from '../../storage/port/store.ts'
import { bindCall, type PlannedCall } from '../step/plan-calls.ts'
import { fillContext } from './fill-context.ts'
import type { HeldRun } from './held.ts'
import type { CallOptions } from './make-call.ts'
import { isTrouble } from './trouble.ts'

/** The requests of an answer that are made in the transaction that stores it. */
export interface Made {
  /** The calls as they are then. */
  readonly calls: readonly StepCall[]
  /** The one that writes; absent: none does. */
  readonly write?: { readonly call: StepCall; apply(tx: Transaction): Promise<string> }
}

/**
 * The requests of an answer, for the transaction that stores it: nothing, or one call of our own tools that only writes to
 * the database. Undefined: the calls are made after it.
 */
export async function prepareAhead(
  run: HeldRun,
  calls: readonly PlannedCall[],
  { agent, speakNow, signal }: Pick<CallOptions, 'agent' | 'speakNow' | 'signal'>,
): Promise<Made | undefined> {
  const [call, ...others] = calls.filter(({ kind }) => kind === 'planned')
  if (!call) return { calls: calls.map(doneCall) }
  // Rules look at the results of earlier calls of the same answer.
  const isBound = agent.toolRules.length > 0 && !speakNow
  if (others.length > 0 || call.kind !== 'planned' || call.needsApproval || isBound)
    return undefined
  if (call.effect !== 'database') return undefined
  const planned: StepCall = { ...doneCall(call), state: 'planned', status: null }
  try {
    const tools = await run.registry.ofAgent(run.store, agent)
    const bound = bindCall(tools, call.name, call.arguments)
    // Tools of others may take their time.
    if (bound.trust === 'untrusted') return undefined
    const ready = fillContext(bound, run, planned, agent)
    if (ready.effect !== 'database') return undefined
    const apply = await ready.prepare(signal)
    return { calls: calls.map(doneCall), write: { call: planned, apply } }
  } catch (error) {
    if (isTrouble(error)) throw error
    return undefined
  }
}

function doneCall(call: PlannedCall): StepCall {
  const { id, index, name, arguments: text, effect } = call
  const isPlanned = call.kind === 'planned'
  return {
    ...{ id, index, name, arguments: text, effect, state: 'done' },
    status: isPlanned ? 'success' : 'error',
    approval: null,
    approvalReason: null,
    note: (isPlanned ? call.note : undefined) ?? null,
  }
}
