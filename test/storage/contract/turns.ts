import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId, type RunId } from '../../../src/core/ids.ts'
import type { RunOutcome } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const COMPLETED: RunOutcome = {
  status: 'completed',
  stopReason: 'end_turn',
  error: null,
  at: at(9),
}
const CANCELLED: RunOutcome = { ...COMPLETED, status: 'cancelled', stopReason: 'cancelled' }

/** Whose turn it is among the runs of an agent. */
export function turnContract(subject: Subject): void {
  const finish = (id: RunId, outcome = COMPLETED) =>
    subject.store.transaction((tx) => tx.runs.finish(id, outcome))
  const start = (id: RunId) => subject.store.transaction((tx) => tx.runs.start(id, at(1)))

  test('an agent is at work while one of its runs is not over', async () => {
    const { store } = subject
    const [{ id }, other] = [await insertAgent(store), await insertAgent(store)]
    expect(await store.runs.isAtWork(defaultConversation(id))).toBe(false)
    const [first, second] = [await insertRun(store, id), await insertRun(store, id)]
    expect(await store.runs.isAtWork(defaultConversation(id))).toBe(true)
    await finish(first.id)
    expect(await store.runs.isAtWork(defaultConversation(id))).toBe(true)
    await finish(second.id, CANCELLED)
    expect(await store.runs.isAtWork(defaultConversation(id))).toBe(false)
    expect(await store.runs.isAtWork(defaultConversation(other.id))).toBe(false)
    expect(await store.runs.isAtWork(defaultConversation(newId('agent')))).toBe(false)
  })

  test.each(['waiting', 'requires_approval'])(
    'an agent is at work while a run is %s',
    async (status) => {
      const { store, storage } = subject
      const { id } = await insertAgent(store)
      const run = await insertRun(store, id)
      const claim = { owner: 'me', now: at(), expiresAt: at(30), orphanedBefore: at(-30) }
      await storage.claims.next(claim)
      await store.transaction((tx) =>
        status === 'waiting'
          ? tx.runs.postpone(run.id, { waitingFor: 'retry', retryAt: at(60) }, at(1))
          : tx.runs.awaitApproval(run.id, at(1)),
      )
      expect((await store.runs.get(run.id))?.status).toBe(status)
      expect(await store.runs.isAtWork(defaultConversation(id))).toBe(true)
    },
  )

  test('a run has its turn when all that the agent was sent before is over', async () => {
    const { store } = subject
    const [{ id }, other] = [await insertAgent(store), await insertAgent(store)]
    await insertRun(store, other.id)
    const runs = [
      await insertRun(store, id),
      await insertRun(store, id),
      await insertRun(store, id),
    ]
    const turns = () => Promise.all(runs.map((run) => store.runs.hasItsTurn(run.id)))
    expect(await turns()).toEqual([true, false, false])
    if (runs[1]) await finish(runs[1].id, CANCELLED)
    expect(await turns()).toEqual([true, false, false])
    if (runs[0]) await finish(runs[0].id)
    expect(await turns()).toEqual([true, true, true])
  })

  test('cancelled behind a run are the later ones of its agent that never began, oldest first', async () => {
    const { store } = subject
    const [{ id }, other] = [await insertAgent(store), await insertAgent(store)]
    const cancelled = async (agentId = id) => {
      const run = await insertRun(store, agentId)
      await finish(run.id, CANCELLED)
      return run.id
    }
    const before = await cancelled()
    const own = await insertRun(store, id)
    expect(await store.runs.cancelledBehind(own.id)).toEqual([])
    const one = await cancelled()
    await cancelled(other.id)
    const begun = await insertRun(store, id)
    await start(begun.id)
    await finish(begun.id, CANCELLED)
    await finish((await insertRun(store, id)).id)
    await insertRun(store, id)
    const two = await cancelled()
    const behind = await store.runs.cancelledBehind(own.id)
    expect(behind).toEqual([await store.runs.get(one), await store.runs.get(two)])
    expect((await store.runs.cancelledBehind(before)).map((run) => run.id)).toEqual([one, two])
  })

  test('the next run in turn can be read inside the transaction that changes it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const [first, second] = [await insertRun(store, id), await insertRun(store, id)]
    await store.transaction(async (tx) => {
      await tx.runs.finish(first.id, COMPLETED)
      expect(await tx.runs.hasItsTurn(second.id)).toBe(true)
      await tx.runs.finish(second.id, CANCELLED)
      expect(await tx.runs.isAtWork(defaultConversation(id))).toBe(false)
      expect((await tx.runs.cancelledBehind(first.id)).map((run) => run.id)).toEqual([second.id])
    })
  })
}
