import { expect, test } from 'vitest'
import type { RunOutcome } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const COMPLETED: RunOutcome = { status: 'completed', stopReason: 'end_turn', error: null, at: at() }

import { claimingOf, LEASE_SECONDS } from './claiming.ts'

export function leaseContract(subject: Subject): void {
  const { claim, claimed, hold, runOut } = claimingOf(subject)

  test('an agent whose lease was not let go of is not claimed before it runs out', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agent.id)
    await insertRun(subject.store, agent.id)
    await claimed(0)
    await subject.store.transaction((tx) => tx.runs.finish(id, COMPLETED))
    expect(await claim(9_999)).toBeUndefined()
    await runOut()
    expect((await claimed(0)).lease.fence).toBe(2)
  })

  test('a run whose lease ran out is taken over with a higher fence', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agent.id, { acceptedBy: 'dead' })
    const first = await claimed(0, 'dead')
    // No clock says that it has run out: clocks are set, and those of machines differ.
    expect(await claim(9_999, 'me')).toBeUndefined()
    expect(await runOut()).toEqual([true])
    const second = await claimed(0, 'me')
    expect(second.run.id).toBe(id)
    expect(second.lease).toMatchObject({ owner: 'me', fence: first.lease.fence + 1 })
    await runOut()
    expect((await claimed(0, 'me')).lease.fence).toBe(second.lease.fence + 1)
  })

  test('a lease is held by its claimant and does not expire while renewed', async () => {
    const { store, storage } = subject
    const agent = await insertAgent(store)
    await insertRun(store, agent.id)
    expect(await storage.claims.held()).toEqual([])
    const { lease } = await claimed(0)
    const [before] = await storage.claims.held()
    expect(before).toEqual({ ...lease, expiresAt: at(LEASE_SECONDS) })
    await hold(lease, 100)
    expect(before && (await storage.claims.expire(before, at()))).toBe(false)
    expect(await storage.claims.held()).toEqual([{ ...lease, expiresAt: at(100) }])
    await store.transaction((tx) => tx.runs.release(lease))
    expect(await storage.claims.held()).toEqual([])
  })

  test('a process that lost its lease can not hold or release it', async () => {
    const agent = await insertAgent(subject.store)
    await insertRun(subject.store, agent.id)
    const old = await claimed(0)
    await runOut()
    const current = await claimed(1)
    expect(await hold(old.lease, 500)).toBe(false)
    await subject.store.transaction((tx) => tx.runs.release(old.lease))
    expect(await hold(current.lease, 100)).toBe(true)
    expect(await hold({ ...current.lease, owner: 'somebody' })).toBe(false)
    expect(await hold({ ...current.lease, fence: current.lease.fence + 1 })).toBe(false)
    expect(await claim(100)).toBeUndefined()
  })

  test('a released run can be claimed at once, and its old lease no longer holds', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agent.id)
    const { lease } = await claimed(0)
    await subject.store.transaction((tx) => tx.runs.release(lease))
    expect(await hold(lease)).toBe(false)
    const again = await claimed(0)
    expect(again.run.id).toBe(id)
    expect(again.lease.fence).toBe(2)
  })

  test('a lease that ran out and was not taken over can still be held', async () => {
    const agent = await insertAgent(subject.store)
    await insertRun(subject.store, agent.id)
    const { lease } = await claimed(0)
    expect(await claim(9_999)).toBeUndefined()
    expect(await hold(lease, 200)).toBe(true)
  })

  test('the deletion of an agent ends the lease on it', async () => {
    const agent = await insertAgent(subject.store)
    await insertRun(subject.store, agent.id)
    const { lease } = await claimed(0)
    await subject.store.transaction((tx) => tx.agents.delete(agent.id, at()))
    expect(await hold(lease)).toBe(false)
    expect(await claim(LEASE_SECONDS + 1)).toBeUndefined()
  })

  test('runs abandoned by a process are free for others at once', async () => {
    const { store, storage } = subject
    const [a, b, c] = [await insertAgent(store), await insertAgent(store), await insertAgent(store)]
    const working = await insertRun(store, a.id, { acceptedBy: 'other' })
    const queued = await insertRun(store, b.id, { acceptedBy: 'other' })
    await insertRun(store, c.id, { acceptedBy: 'third' })
    const { lease } = await claimed(0, 'other')
    await storage.claims.abandon('other', at())
    expect(await hold(lease)).toBe(false)
    expect((await claimed(0)).run.id).toBe(working.id)
    expect((await claimed(0)).run.id).toBe(queued.id)
    expect(await claim(0)).toBeUndefined()
  })

  test('claims see the runs of every namespace', async () => {
    const other = subject.storage.in('other')
    const agent = await insertAgent(other)
    const { id } = await insertRun(other, agent.id)
    const { run, lease } = await claimed(0)
    expect(run.id).toBe(id)
    expect(lease.namespace).toBe('other')
    expect(await hold(lease)).toBe(false)
    const standing = await other.transaction((tx) => tx.runs.hold(lease, at(99), run))
    expect(standing).toEqual({ run, agent, hasChildren: false })
  })
}
