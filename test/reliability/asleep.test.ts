import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Environment } from '../support/connect.ts'
import { reckon } from './chaos.ts'
import { call, callAny, createAgent, type Delivered, deliver } from './clients.ts'
import { type Cluster, createCluster, type Server, until } from './harness.ts'
import { readRecords } from './records.ts'

/* A laptop that sleeps, and a clock that is set, while the only server waits for its model. */

vi.setConfig({ testTimeout: 120_000 })

const DEFAULT_LEASE = { RECOLLECT_LEASE_SECONDS: '30' }
/** Longer than the default lease. */
const SLEEP_MILLISECONDS = 36_000
/** Time enough for a server that thinks its lease lost to ask its model again. */
const SETTLE_MILLISECONDS = 3_500

describe.concurrent('a lone server that is stopped for longer than its lease while its model is asked', () => {
  test('calls the model once, and ends the run when it is cancelled', () =>
    inCluster(async (cluster) => {
      const { server, agent } = await start(cluster, DEFAULT_LEASE)
      const message = await deliver(cluster, agent, { hangs: true, waitSeconds: 0 })
      await modelIsAsked(cluster)
      await stopFor(server, SLEEP_MILLISECONDS)
      await sleep(SETTLE_MILLISECONDS)
      expect(cluster.model.requests).toHaveLength(1)
      await expectQuickCancel(cluster, server, message)
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
    }))

  test('uses the answer that arrived meanwhile, time after time', () =>
    inCluster(async (cluster) => {
      const { server, agent } = await start(cluster, { RECOLLECT_LEASE_SECONDS: '1' })
      const messages: Delivered[] = []
      for (let turn = 0; turn < 4; turn += 1) {
        const before = cluster.model.requests.length
        const message = await deliver(cluster, agent, { slow: 2_000, waitSeconds: 0 })
        messages.push(message)
        await modelIsAsked(cluster, before + 1)
        await stopFor(server, 3_000 + Math.random() * 1_000)
        await settled(cluster, message)
        // Four steps for each message, as the model has it.
        expect(cluster.model.requests).toHaveLength(before + 4)
      }
      expect(await reckon(cluster, messages)).toEqual([])
    }))
})

describe.concurrent.each([
  ['an hour forward', 3_600_000],
  ['an hour back', -3_600_000],
  ['a minute forward', 60_000],
  ['a minute back', -60_000],
])('a clock that is set %s while the model is asked', (_, step) => {
  test('changes nothing: one call, an answer, and no run out of time', () =>
    inCluster(async (cluster) => {
      const { agent } = await start(cluster, DEFAULT_LEASE)
      const message = await deliver(cluster, agent, { slow: 5_000, waitSeconds: 0 })
      await modelIsAsked(cluster)
      setClock(cluster, step)
      await sleep(SETTLE_MILLISECONDS)
      expect(cluster.model.requests).toHaveLength(1)
      await settled(cluster, message)
      expect(cluster.model.requests).toHaveLength(4)
      expect(await reckon(cluster, [message])).toEqual([])
    }))

  test('does not keep another process from ending the run at once', () =>
    inCluster(async (cluster) => {
      const { server, agent } = await start(cluster, DEFAULT_LEASE)
      const message = await deliver(cluster, agent, { hangs: true, waitSeconds: 0 })
      await modelIsAsked(cluster)
      setClock(cluster, step)
      await sleep(SETTLE_MILLISECONDS)
      expect(cluster.model.requests).toHaveLength(1)
      await expectQuickCancel(cluster, server, message)
      const next = await deliver(cluster, agent)
      expect(await reckon(cluster, [message, next], [message.runId])).toEqual([])
    }))
})

test.concurrent('a server whose clock is an hour ahead does not take runs from a live one', () =>
  inCluster(async (cluster) => {
    const { agent } = await start(cluster, DEFAULT_LEASE)
    const message = await deliver(cluster, agent, { slow: 6_000, waitSeconds: 0 })
    await modelIsAsked(cluster)
    setClock(cluster, 3_600_000, 'other')
    await cluster.start({ environment: { ...DEFAULT_LEASE, ...clock(cluster, 'other') } })
    await settled(cluster, message)
    expect(cluster.model.requests).toHaveLength(4)
    expect(await reckon(cluster, [message])).toEqual([])
  }))

async function inCluster(work: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = await createCluster()
  try {
    await work(cluster)
  } finally {
    await cluster.remove()
  }
}

async function start(cluster: Cluster, environment: Environment) {
  const server = await cluster.start({ environment: { ...environment, ...clock(cluster) } })
  return { server, agent: await createAgent(cluster, server) }
}

/** Settings of a server whose clock can be set. */
function clock(cluster: Cluster, name = 'clock'): Environment {
  return {
    NODE_OPTIONS: `--require=${JSON.stringify(resolve('test/support/stepped-clock.cjs'))}`,
    STEPPED_CLOCK: join(cluster.directory, name),
  }
}

function setClock({ directory }: Cluster, milliseconds: number, name = 'clock'): void {
  writeFileSync(join(directory, name), String(milliseconds))
}

async function stopFor(server: Server, milliseconds: number): Promise<void> {
  server.process.kill('SIGSTOP')
  await sleep(milliseconds)
  server.process.kill('SIGCONT')
}

async function expectQuickCancel(
  cluster: Cluster,
  server: Server,
  { runId }: Delivered,
): Promise<void> {
  const began = performance.now()
  const { data } = await call(cluster, server, 'cancel_run', { run_id: runId })
  expect(data).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
  console.log(`cancelled after ${Math.round(performance.now() - began)} ms`)
  const { steps } = await readRecords(cluster.database)
  expect(steps.filter(({ run_id }) => run_id === runId)).toHaveLength(1)
}

async function settled(cluster: Cluster, message: Delivered): Promise<void> {
  const args = { run_id: message.runId, wait_seconds: 2 }
  const { data } = await callAny(cluster, 'get_run', args, ({ data: run }) =>
    ['completed', 'failed', 'cancelled'].includes(run?.status),
  )
  expect(data).toMatchObject({ status: 'completed', stop_reason: 'end_turn' })
}

function modelIsAsked(cluster: Cluster, times = 1): Promise<true> {
  return until(
    () => cluster.model.requests.length >= times || undefined,
    20_000,
    `model call ${times}`,
  )
}
