import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { StepCall, Transaction } from '../../storage/port/store.ts'
import { createCheckRoom } from '../compaction/check-room.ts'
import type {
  Begun,
  BoundCall,
  Call,
  CallContext,
  CallMessage,
  Finding,
  Outcome,
} from '../tools/inner-tool.ts'
import { requestEnd } from './cancel-run.ts'
import type { HeldRun } from './held.ts'
import { leaveNote } from './leave-note.ts'

/** A call that needs nothing more. */
export type ReadyCall =
  | {
      readonly effect: 'database'
      prepare(signal: AbortSignal): Promise<(tx: Transaction) => Promise<string>>
    }
  | { readonly effect: 'await'; begin(tx: Transaction, at: Timestamp): Promise<Begun> }
  | {
      readonly effect: 'readonly' | 'idempotent' | 'once'
      run(signal: AbortSignal): Promise<string | Finding | Outcome>
    }

/** Gives the call its surroundings. Only a trusted one gets the store. */
export function fillContext(
  bound: BoundCall,
  run: HeldRun,
  call: StepCall,
  { id, name, settings }: Agent,
): ReadyCall {
  const context: CallContext = {
    agent: { id, name, settings: { timezone: settings.timezone } },
    runId: run.id,
    callId: call.id,
    scopes: run.scopes,
    now: run.clock(),
  }
  if (bound.trust === 'untrusted') return fill(bound, context)
  const { store, embed, registry, accept } = run
  const team = {
    send: (tx: Transaction, { id: runId, origin, notice, at, pictures, ...message }: CallMessage) =>
      accept(tx, message, { id: runId, origin, notice, at, pictures }),
    cancel: requestEnd,
    tell: leaveNote,
  }
  const { note } = call
  return fill(bound, { ...context, store, embed, checkRoom: createCheckRoom(registry), team, note })
}

function fill<Context>(call: Call<Context>, context: Context): ReadyCall {
  if (call.effect === 'await')
    return { effect: call.effect, begin: (tx, at) => call.begin(context, tx, at) }
  return call.effect === 'database'
    ? { effect: call.effect, prepare: (signal) => call.prepare(context, signal) }
    : { effect: call.effect, run: (signal) => call.run(context, signal) }
}
