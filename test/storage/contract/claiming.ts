import { newId, type RunId } from '../../../src/core/ids.ts'
import type { Claim, Lease, RunOutcome } from '../../../src/storage/port/store.ts'
import { at } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export const LEASE_SECONDS = 30
const COMPLETED: RunOutcome = { status: 'completed', stopReason: 'end_turn', error: null, at: at() }

const SOME_RUN = { id: newId('run'), agentId: newId('agent') }

/** Claims of runs in tests, and what is done with them. */
export function claimingOf(subject: Subject) {
  function claim(seconds: number, owner = 'me', fields: Partial<Claim> = {}) {
    return subject.storage.claims.next({
      owner,
      now: at(seconds),
      expiresAt: at(seconds + LEASE_SECONDS),
      orphanedBefore: at(seconds - LEASE_SECONDS),
      ...fields,
    })
  }

  async function claimed(seconds: number, owner = 'me') {
    const result = await claim(seconds, owner)
    if (!result) throw new Error('nothing to claim')
    return result
  }

  const finish = (id: RunId, lease: Lease) =>
    subject.store.transaction(async (tx) => {
      await tx.runs.finish(id, COMPLETED)
      await tx.runs.release(lease)
    })
  const hold = (lease: Lease, seconds = LEASE_SECONDS) =>
    subject.store.transaction(
      async (tx) => (await tx.runs.hold(lease, at(seconds), SOME_RUN)) !== false,
    )
  /** Ends every lease, as a process does that saw none of them renewed. */
  async function runOut(): Promise<readonly boolean[]> {
    const { claims } = subject.storage
    const leases = await claims.held()
    return Promise.all(leases.map((lease) => claims.expire(lease, at())))
  }

  return { claim, claimed, finish, hold, runOut }
}
