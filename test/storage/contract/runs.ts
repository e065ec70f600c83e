import { expect, test } from 'vitest'
import { SCOPES } from '../../../src/core/access.ts'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { type AgentId, newId, type RunId } from '../../../src/core/ids.ts'
import { NO_USAGE, rootOrigin } from '../../../src/core/run.ts'
import type { RunOutcome } from '../../../src/storage/port/store.ts'
import { at, insertAgent, insertRun, someRun } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const COMPLETED: RunOutcome = {
  status: 'completed',
  stopReason: 'end_turn',
  error: null,
  at: at(9),
}

export function runContract(subject: Subject): void {
  const finish = (id: RunId, outcome = COMPLETED) =>
    subject.store.transaction((tx) => tx.runs.finish(id, outcome))

  async function agentAndRun(): Promise<{ agentId: AgentId; runId: RunId }> {
    const { id: agentId } = await insertAgent(subject.store)
    return { agentId, runId: (await insertRun(subject.store, agentId)).id }
  }

  test('a run begins queued and comes back as it was inserted', async () => {
    const { store } = subject
    const { id: agentId } = await insertAgent(store)
    const run = await insertRun(store, agentId, {
      input: 'Hi 👋',
      idempotencyKey: 'k',
      maxSteps: 3,
    })
    expect(await store.runs.get(run.id)).toEqual({
      id: run.id,
      agentId,
      conversationId: defaultConversation(agentId),
      ...rootOrigin(run.id),
      jobId: null,
      notice: 'none',
      status: 'queued',
      stopReason: null,
      waitingFor: null,
      retryAt: null,
      missing: null,
      input: 'Hi 👋',
      pictures: [],
      idempotencyKey: 'k',
      maxSteps: 3,
      cancelRequested: false,
      clientSamples: false,
      scopes: SCOPES,
      usage: { ...NO_USAGE, steps: 0 },
      error: null,
      warnings: [],
      createdAt: at(),
      startedAt: null,
      completedAt: null,
    })
    expect(await store.runs.get(newId('run'))).toBeUndefined()
    expect(await store.runs.state(newId('run'))).toBeUndefined()
  })

  test('an idempotency key is of one run of an agent, and free for other agents', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const run = await insertRun(store, a.id, { idempotencyKey: 'k' })
    expect((await store.runs.byIdempotencyKey(a.id, 'k'))?.id).toBe(run.id)
    expect(await store.runs.byIdempotencyKey(a.id, 'K')).toBeUndefined()
    expect(await store.runs.byIdempotencyKey(b.id, 'k')).toBeUndefined()

    await expect(insertRun(store, a.id, { idempotencyKey: 'k' })).rejects.toThrow()
    const other = await insertRun(store, b.id, { idempotencyKey: 'k' })
    expect((await store.runs.byIdempotencyKey(b.id, 'k'))?.id).toBe(other.id)
    await insertRun(store, a.id)
    await insertRun(store, a.id)
  })

  test('an idempotency key is kept after its run is over', async () => {
    const { store } = subject
    const { id: agentId } = await insertAgent(store)
    const run = await insertRun(store, agentId, { idempotencyKey: 'k' })
    await finish(run.id)
    expect((await store.runs.byIdempotencyKey(agentId, 'k'))?.status).toBe('completed')
  })

  test('a run of an agent that does not exist is not inserted', async () => {
    const run = someRun(newId('agent'))
    await expect(subject.store.transaction((tx) => tx.runs.insert(run))).rejects.toThrow()
  })

  test('a run is started once', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    expect(await store.transaction((tx) => tx.runs.start(runId, at(1)))).toBe(true)
    expect(await store.transaction((tx) => tx.runs.start(runId, at(2)))).toBe(false)
    expect((await store.runs.get(runId))?.startedAt).toBe(at(1))
    expect(await store.transaction((tx) => tx.runs.start(newId('run'), at(2)))).toBe(false)
  })

  test('a run is finished once, and what it ended with stays', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const error = { code: 'model_unavailable', message: 'It is down.', hint: 'Start it.' } as const
    const failed = { status: 'failed', stopReason: 'model_error', error, at: at(5) } as const
    expect(await finish(runId, failed)).toMatchObject({ hasNext: false })
    expect(await finish(runId)).toBe(false)
    expect(await store.runs.get(runId)).toMatchObject({
      status: 'failed',
      stopReason: 'model_error',
      error,
      completedAt: at(5),
    })
    expect(await finish(newId('run'))).toBe(false)
  })

  test('cancelling is asked of a run that is not over', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    const cancel = () => store.transaction((tx) => tx.runs.requestCancel(runId, at(1)))
    expect(await cancel()).toBe(true)
    expect(await cancel()).toBe(true)
    expect(await store.runs.get(runId)).toMatchObject({ cancelRequested: true, status: 'queued' })
    expect(await store.runs.state(runId)).toEqual({
      cancelRequested: true,
      status: 'queued',
      waitingFor: null,
    })
    await finish(runId, { ...COMPLETED, status: 'cancelled', stopReason: 'cancelled' })
    expect(await cancel()).toBe(false)
  })

  test('warnings replace each other, and the same one is kept once', async () => {
    const { store } = subject
    const { runId } = await agentAndRun()
    await store.transaction((tx) => tx.runs.setWarnings(runId, ['a']))
    await store.transaction((tx) => tx.runs.setWarnings(runId, ['b', 'c', 'b']))
    expect((await store.runs.get(runId))?.warnings).toEqual(['b', 'c'])
  })

  async function running() {
    const { agentId, runId } = await agentAndRun()
    const claim = { owner: 'me', now: at(), expiresAt: at(30), orphanedBefore: at(-30) }
    await subject.storage.claims.next(claim)
    return { agentId, runId }
  }

  test('a running run can wait, for a time or for its client, until it is over', async () => {
    const { store } = subject
    const { agentId, runId } = await running()
    const { id: later } = await insertRun(store, agentId)
    const postpone = (id: RunId) =>
      store.transaction((tx) =>
        tx.runs.postpone(id, { waitingFor: 'retry', retryAt: at(60) }, at(1)),
      )
    expect(await postpone(runId)).toBe(true)
    const waiting = await store.runs.get(runId)
    expect(waiting).toMatchObject({ status: 'waiting', waitingFor: 'retry', retryAt: at(60) })
    expect(await store.runs.blocking(later)).toEqual(waiting)
    expect(await store.runs.blocking(runId)).toBeUndefined()
    expect(await postpone(runId)).toBe(false)
    expect(await postpone(later)).toBe(false)

    await finish(runId)
    expect(await store.runs.get(runId)).toMatchObject({ waitingFor: null, retryAt: null })
    expect(await store.runs.blocking(later)).toBeUndefined()
  })

  test('nothing that is queued, running or over blocks a later run', async () => {
    const { store } = subject
    const { id: agentId } = await insertAgent(store)
    const [first, second] = [await insertRun(store, agentId), await insertRun(store, agentId)]
    expect(await store.runs.blocking(second.id)).toBeUndefined()
    await finish(first.id)
    expect(await store.runs.blocking(second.id)).toBeUndefined()
  })
}
