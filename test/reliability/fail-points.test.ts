import { describe, expect, test, vi } from 'vitest'
import { fail } from '../support/scripted-provider.ts'
import { reckon } from './chaos.ts'
import { call, callAny, createAgent, deliver } from './clients.ts'
import { type Cluster, createCluster, type Server, until } from './harness.ts'

/*
 * SIGKILL right before and right after each commit of the state machine. T4a (`start-call`) has no point here: no
 * inner tool of this version has effects outside the database, so that transaction does not occur.
 */

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 3 })

interface Scene {
  readonly cluster: Cluster
  /** Will be killed at the fail-point. */
  readonly doomed: Server
  readonly agent: string
}

async function scene(fail: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const cluster = await createCluster()
  try {
    const doomed = await cluster.start({ fail })
    await play({ cluster, doomed, agent: await createAgent(cluster, doomed) })
  } finally {
    await cluster.remove()
  }
}

/** Beside a process that dies after a commit, another is there to go on; else it is the next that starts. */
async function diesAndIsReplaced(cluster: Cluster, doomed: Server): Promise<void> {
  await cluster.died(doomed)
  if (cluster.servers().length === 0) await cluster.start()
}

describe.concurrent('a process that is killed', () => {
  test.each([
    ['before T0, the acceptance', 'accept:before:1'],
    ['after T0, the acceptance', 'accept:after:1'],
    ['before T1, the claim', 'claim:before:1'],
    ['after T1, the claim', 'claim:after:1'],
    ['before T2, the first step', 'open:before:1'],
    ['after T2, the first step', 'open:after:1'],
    ['before T3, the answer', 'answer:before:2'],
    ['after T3, the answer', 'answer:after:2'],
    ['before T4, the first edit of a block', 'edit:before:1'],
    ['after T4, the first edit of a block', 'edit:after:1'],
    ['before T4, the first of two edits', 'edit:before:2'],
    ['after T4, the first of two edits', 'edit:after:2'],
    ['before T4b, the result of a search', 'result:before:1'],
    ['after T4b, the result of a search', 'result:after:1'],
    ['before T4, the words to the user', 'result:before:2'],
    ['after T4, the words to the user', 'result:after:2'],
    ['before T5, the next step', 'next:before:1'],
    ['after T5, the next step', 'next:after:3'],
    ['before T5, the end', 'complete:before:1'],
    ['after T5, the end', 'complete:after:1'],
  ])('%s, leaves a run that is completed, once', (_moment, point) =>
    scene(point, async ({ cluster, doomed, agent }) => {
      if (point.includes(':after:')) await cluster.start()
      const sent = deliver(cluster, agent, { waitSeconds: 0, first: doomed })
      await diesAndIsReplaced(cluster, doomed)
      const first = await sent
      const second = await deliver(cluster, agent)
      expect(await reckon(cluster, [first, second])).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it takes up a step', (moment) =>
    scene('answer:before:1', async ({ cluster, doomed, agent }) => {
      const sent = deliver(cluster, agent, { waitSeconds: 0, first: doomed })
      await cluster.died(doomed)
      await cluster.startToDie(`take-up:${moment}:1`)
      await cluster.start()
      expect(await reckon(cluster, [await sent])).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it asks for a cancellation', (moment) =>
    scene(`cancel:${moment}:1`, async ({ cluster, doomed, agent }) => {
      const worker = await cluster.start()
      const message = await deliver(cluster, agent, { hangs: true, waitSeconds: 0, first: worker })
      await modelIsAsked(cluster)
      const cancelling = call(cluster, doomed, 'cancel_run', { run_id: message.runId })
      await Promise.all([expect(cancelling).rejects.toThrow(), cluster.died(doomed)])
      const { data } = await call(cluster, worker, 'cancel_run', { run_id: message.runId })
      expect(data).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it carries out a cancellation', (moment) =>
    scene(`cancelled:${moment}:1`, async ({ cluster, doomed, agent }) => {
      const message = await deliver(cluster, agent, { hangs: true, waitSeconds: 0 })
      await modelIsAsked(cluster)
      const other = await cluster.start()
      await call(cluster, other, 'cancel_run', { run_id: message.runId })
      await cluster.died(doomed)
      await runIs(cluster, message.runId, 'cancelled')
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it releases a run', (moment) =>
    scene(`give-back:${moment}:1`, async ({ cluster, doomed, agent }) => {
      const message = await deliver(cluster, agent, { slow: 800, waitSeconds: 0 })
      await modelIsAsked(cluster)
      doomed.process.kill('SIGTERM')
      await diesAndIsReplaced(cluster, doomed)
      expect(await reckon(cluster, [message])).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it defers a run', (moment) =>
    scene(`postpone:${moment}:1`, async ({ cluster, doomed, agent }) => {
      cluster.model.enqueue(fail(429, undefined, { 'retry-after': '90' }))
      const sent = deliver(cluster, agent, { waitSeconds: 0, first: doomed })
      await diesAndIsReplaced(cluster, doomed)
      const message = await sent
      const excused = moment === 'after' ? [message.runId] : []
      if (moment === 'after') {
        expect(await runIs(cluster, message.runId, 'waiting')).toMatchObject({
          waiting_for: 'retry',
        })
        await callAny(cluster, 'cancel_run', { run_id: message.runId })
      }
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [message, next], excused)).toEqual([])
    }),
  )

  test.each(['before', 'after'])('%s it gives a run up', (moment) =>
    scene(`fail:${moment}:1`, async ({ cluster, doomed, agent }) => {
      cluster.model.enqueue(fail(400), ...(moment === 'before' ? [fail(400)] : []))
      const sent = deliver(cluster, agent, { waitSeconds: 0, first: doomed })
      await diesAndIsReplaced(cluster, doomed)
      const { runId } = await sent
      expect(await runIs(cluster, runId, 'failed')).toMatchObject({ stop_reason: 'model_error' })
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [await sent, next], [runId])).toEqual([])
    }),
  )

  test('at the same step every time, fails the run after three attempts, and the next message works', () => {
    const id = 'poison'
    const fail = `answer:before:1:note-${id}-a`
    return scene(fail, async ({ cluster, doomed, agent }) => {
      const sent = deliver(cluster, agent, { id, waitSeconds: 0 })
      await cluster.died(doomed)
      for (let time = 2; time <= 3; time += 1) await cluster.startToDie(fail)
      await cluster.start({ fail })
      const { runId } = await sent
      expect(await runIs(cluster, runId, 'failed')).toMatchObject({
        stop_reason: 'interrupted',
        error: { code: 'internal' },
      })
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [await sent, next])).toEqual([])
    })
  })
})

async function runIs(cluster: Cluster, runId: string, status: string): Promise<unknown> {
  const { data } = await callAny(
    cluster,
    'get_run',
    { run_id: runId, wait_seconds: 2 },
    (result) => result.data?.status === status,
  )
  return data
}

function modelIsAsked(cluster: Cluster): Promise<true> {
  return until(() => cluster.model.requests.length > 0 || undefined, 10_000, 'a model call')
}
