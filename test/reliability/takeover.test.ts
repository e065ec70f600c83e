import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { messageText } from '../support/reliability-model.ts'
import { reckon } from './chaos.ts'
import { call, callAny, createAgent, deliver, newToken } from './clients.ts'
import { type Cluster, createCluster, type Server, until } from './harness.ts'
import { readRecords } from './records.ts'

vi.setConfig({ testTimeout: 60_000 })

let cluster: Cluster
let first: Server
let agent: string

beforeEach(async () => {
  cluster = await createCluster()
  first = await cluster.start()
  agent = await createAgent(cluster, first)
})
afterEach(() => cluster.remove())

describe('a message sent with wait_seconds 0, its server killed at once', () => {
  test('is answered by the same server, started again', async () => {
    const message = await deliver(cluster, agent, { waitSeconds: 0 })
    await cluster.kill(first)
    await cluster.start()
    expect(await settled(message.runId)).toMatchObject({ status: 'completed' })
    expect(await reckon(cluster, [message])).toEqual([])
  })

  test('is answered by a second server that is alive', async () => {
    await cluster.start()
    const message = await deliver(cluster, agent, { waitSeconds: 0, first })
    await cluster.kill(first)
    expect(await settled(message.runId)).toMatchObject({ status: 'completed' })
    expect(await reckon(cluster, [message])).toEqual([])
  })
})

test('a server told to stop in the middle of a run exits with 0 in time, and the next one finishes the run', async () => {
  const message = await deliver(cluster, agent, { slow: 3_000, waitSeconds: 0 })
  await modelIsAsked(1)
  const began = Date.now()
  first.process.kill('SIGTERM')
  expect(await first.exited).toBe(0)
  expect(Date.now() - began).toBeLessThan(5_000)
  expect((await readRecords(cluster.database)).leases).toMatchObject([{ owner: '' }])
  await cluster.start()
  expect(await settled(message.runId)).toMatchObject({ status: 'completed' })
  expect(await reckon(cluster, [message])).toEqual([])
})

describe('a run is cancelled from another process', () => {
  test('while its model hangs', async () => {
    const other = await cluster.start()
    const message = await deliver(cluster, agent, { hangs: true, waitSeconds: 0, first })
    await modelIsAsked(1)
    const began = Date.now()
    const { data } = await call(cluster, other, 'cancel_run', { run_id: message.runId })
    expect(data).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
    expect(Date.now() - began).toBeLessThan(2_000)
    const next = await deliver(cluster, agent)
    expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
  })

  test('while its tools are at work', async () => {
    const other = await cluster.start()
    const message = await deliver(cluster, agent, { waitSeconds: 0, first })
    await modelIsAsked(2)
    const { data } = await call(cluster, other, 'cancel_run', { run_id: message.runId })
    expect(['cancelled', 'completed']).toContain(data.status)
    const next = await deliver(cluster, agent)
    expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
  })

  test('while it is queued behind a running one', async () => {
    const other = await cluster.start()
    const working = await deliver(cluster, agent, { slow: 1_500, waitSeconds: 0, first })
    await modelIsAsked(1)
    const queued = await deliver(cluster, agent, { waitSeconds: 0, first })
    const last = await deliver(cluster, agent, { waitSeconds: 0, first })
    await call(cluster, other, 'cancel_run', { run_id: queued.runId })
    expect(await settled(queued.runId)).toMatchObject({ status: 'cancelled' })
    expect(await settled(working.runId)).toMatchObject({ status: 'completed' })
    expect(await settled(last.runId)).toMatchObject({ status: 'completed' })
    expect(await reckon(cluster, [working, queued, last], [queued.runId])).toEqual([])
  })
})

test('one idempotency key, sent at once through two processes, gives one run', async () => {
  const other = await cluster.start()
  const sent = []
  for (let turn = 0; turn < 10; turn += 1) {
    const id = newToken()
    const text = messageText(id)
    const message = {
      agent,
      message: text,
      idempotency_key: `key-${id}`,
      wait_seconds: 0,
    }
    const results = await Promise.all(
      [first, other, first, other].map((server) => call(cluster, server, 'send_message', message)),
    )
    const answers = results.map(({ data }) => String(data.run_id))
    const [runId = ''] = answers
    sent.push({ id, agentId: agent, text, client: 'only', runId, answers, cancelled: false })
  }
  expect(await reckon(cluster, sent)).toEqual([])
})

async function settled(runId: string): Promise<unknown> {
  const { data } = await callAny(cluster, 'get_run', { run_id: runId, wait_seconds: 2 }, (result) =>
    ['completed', 'failed', 'cancelled'].includes(result.data?.status),
  )
  return data
}

function modelIsAsked(times: number): Promise<true> {
  return until(
    () => cluster.model.requests.length >= times || undefined,
    10_000,
    `model call ${times}`,
  )
}
