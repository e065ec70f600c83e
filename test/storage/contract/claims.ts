import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import type { RunOutcome } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const COMPLETED: RunOutcome = { status: 'completed', stopReason: 'end_turn', error: null, at: at() }

import { claimingOf, LEASE_SECONDS } from './claiming.ts'

export function claimContract(subject: Subject): void {
  const { claim, claimed, finish, runOut } = claimingOf(subject)

  test('runs accepted by a living process are left to it until they have waited too long', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id, { acceptedBy: 'them' })
    const living = ['them']
    expect(await claim(60, 'me', { living })).toBeUndefined()
    expect(await claim(600, 'me', { living, strandedBefore: at(-1) })).toBeUndefined()
    const stranded = await claim(600, 'me', { living, strandedBefore: at(300) })
    expect(stranded?.run.id).toBe(id)
    // Not so for a lease that ran out: its holder does nothing any more.
    await runOut()
    const taken = await claim(601, 'you', { living: ['me', 'them'] })
    expect(taken?.run.id).toBe(id)
  })

  test('a run that waited for its time to try again is left to a living acceptor as well', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id, { acceptedBy: 'them' })
    const { lease } = await claimed(0, 'them')
    await store.transaction(async (tx) => {
      await tx.runs.start(id, at(0))
      await tx.runs.postpone(id, { waitingFor: 'retry', retryAt: at(120) }, at(1))
      await tx.runs.release(lease)
    })
    expect(await claim(119, 'them')).toBeUndefined()
    expect(await claim(121, 'me', { living: ['them'], strandedBefore: at(100) })).toBeUndefined()
    expect((await claim(121, 'them'))?.run.id).toBe(id)
  })

  test('where nothing is queued there is nothing to claim', async () => {
    expect(await claim(0)).toBeUndefined()
  })

  test('a queued run is claimed once and is running then', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id)
    const { run, lease } = await claimed(0)
    expect(run).toMatchObject({ id, status: 'running', startedAt: null })
    expect(run).toEqual(await store.runs.get(id))
    expect(lease).toEqual({
      namespace: 'default',
      conversationId: defaultConversation(agent.id),
      owner: 'me',
      fence: 1,
    })
    expect(await claim(1)).toBeUndefined()
  })

  test('runs of an agent are claimed one at a time, in the order in which they were accepted', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    // The order is that of acceptance, not that of the clocks.
    const first = await insertRun(store, agent.id, { createdAt: at(2) })
    const second = await insertRun(store, agent.id, { createdAt: at(1) })
    const one = await claimed(3)
    expect(one.run.id).toBe(first.id)
    expect(await claim(4)).toBeUndefined()
    await finish(first.id, one.lease)
    expect((await claimed(5)).run.id).toBe(second.id)
  })

  test('runs of different agents are claimed side by side, the oldest first', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const ids = []
    for (const agent of [b, a, b]) ids.push((await insertRun(store, agent.id)).id)
    expect((await claimed(0)).run.id).toBe(ids[0])
    expect((await claimed(0)).run.id).toBe(ids[1])
    expect(await claim(0)).toBeUndefined()
  })

  test('many that claim at once get different runs', async () => {
    const { store } = subject
    for (let number = 0; number < 8; number += 1) {
      const agent = await insertAgent(store)
      await insertRun(store, agent.id)
      await insertRun(store, agent.id)
    }
    const results = await Promise.all(Array.from({ length: 12 }, () => claim(0)))
    const agents = results.flatMap((result) => result?.run.agentId ?? [])
    expect(agents).toHaveLength(8)
    expect(new Set(agents).size).toBe(8)
  })

  test('a run that is over is not claimed', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agent.id)
    await subject.store.transaction((tx) => tx.runs.finish(id, COMPLETED))
    expect(await claim(0)).toBeUndefined()
  })

  test('running and resting runs are not claimed, and due ones are', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id)
    expect(await claim(0, 'me', { except: [id] })).toBeUndefined()
    const { lease } = await claimed(0)
    await store.transaction(async (tx) => {
      await tx.runs.postpone(id, { waitingFor: 'retry', retryAt: at(60) }, at(1))
      await tx.runs.release(lease)
    })
    expect(await claim(99, 'me', { except: [id] })).toBeUndefined()
    // Whatever the clock says by now.
    expect((await claim(-3_600, 'me', { due: [id] }))?.run.id).toBe(id)
  })

  test('runs accepted by another process are left to it until they are orphaned', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, agent.id, { acceptedBy: 'other' })
    expect(await claim(LEASE_SECONDS)).toBeUndefined()
    expect((await claimed(LEASE_SECONDS + 1)).run.id).toBe(id)
  })

  test('a run of another process at the head of an agent’s queue keeps later ones back', async () => {
    const agent = await insertAgent(subject.store)
    await insertRun(subject.store, agent.id, { acceptedBy: 'other' })
    await insertRun(subject.store, agent.id, { acceptedBy: 'me' })
    expect(await claim(0)).toBeUndefined()
    const free = await insertAgent(subject.store)
    const { id } = await insertRun(subject.store, free.id, { acceptedBy: 'me' })
    expect((await claimed(0)).run.id).toBe(id)
  })

  test('those that work on something or have accepted something are owners', async () => {
    const { store, storage } = subject
    const [a, b, c] = [await insertAgent(store), await insertAgent(store), await insertAgent(store)]
    expect(await storage.claims.owners()).toEqual([])
    await insertRun(store, a.id, { acceptedBy: 'one' })
    await insertRun(store, b.id, { acceptedBy: 'two' })
    const over = await insertRun(store, c.id, { acceptedBy: 'three' })
    await store.transaction((tx) => tx.runs.finish(over.id, COMPLETED))
    await claimed(0, 'one')
    expect([...(await storage.claims.owners())].sort()).toEqual(['one', 'two'])
    await storage.claims.abandon('one', at())
    expect(await storage.claims.owners()).toEqual(['two'])
  })

  test('a run that waits is claimed when its time has come, and keeps later ones back', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id)
    await insertRun(store, agent.id)
    const { lease } = await claimed(0)
    await store.transaction(async (tx) => {
      await tx.runs.postpone(id, { waitingFor: 'retry', retryAt: at(60) }, at(1))
      await tx.runs.release(lease)
    })
    expect(await claim(59)).toBeUndefined()
    const again = await claimed(60)
    expect(again.run).toMatchObject({ id, status: 'running', waitingFor: null, retryAt: null })
  })

  test('a run that waits for its client is not claimed', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertRun(store, agent.id)
    const { lease } = await claimed(0)
    await store.transaction(async (tx) => {
      await tx.runs.postpone(id, { waitingFor: 'client', retryAt: null }, at(1))
      await tx.runs.release(lease)
    })
    expect(await claim(9_999)).toBeUndefined()
  })
}
