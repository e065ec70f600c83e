import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSyncHandler } from '../../src/block-sync/sync-handler.ts'
import { SYNC_JOB } from '../../src/block-sync/sync-request.ts'
import type { Agent } from '../../src/core/agent.ts'
import { newId } from '../../src/core/ids.ts'
import type { Job } from '../../src/core/job.ts'
import { createJobWorker, type JobWorker } from '../../src/jobs/job-worker.ts'
import { until } from '../reliability/harness.ts'
import type { TestStorage } from '../support/own-database.ts'
import { at, insertAgent, insertBlock, openTestStorage } from '../support/stores.ts'

/* The job that keeps a block in step, over a real database; only the outside system is made up. */

const PATIENCE = 30_000

let opened: TestStorage
let workers: JobWorker[]
beforeEach(async () => {
  opened = await openTestStorage()
  workers = []
})
afterEach(async () => {
  for (const worker of workers) await worker.stop()
  await opened.close()
})

const store = () => opened.storage.in('default')

function start(fetchText: (signal: AbortSignal) => Promise<string>, owner: string, later = 0) {
  const { storage } = opened
  const clock = () => storage.clock() + later
  const handler = createSyncHandler({
    ...{ clock, log: () => undefined },
    fetchText: (_, signal) => fetchText(signal),
    callTool: () => Promise.reject(new Error('no tool is called')),
    checkRoom: () => async () => undefined,
  })
  const worker = createJobWorker({
    ...{ storage, owner, clock, log: () => undefined },
    handlers: { [SYNC_JOB]: async () => handler },
    ...{ leaseMilliseconds: 60_000, firstPauseMilliseconds: 1 },
  })
  storage.changes.onCommit(worker.wake)
  worker.wake()
  workers.push(worker)
  return worker
}

async function insert({ id: agentId }: Agent): Promise<Job> {
  const from = { kind: 'url', url: 'https://crm.example/a' }
  const input = JSON.stringify({ label: 'customer', from, everyMinutes: 10 })
  const job = { id: newId('job'), kind: SYNC_JOB, agentId, title: 'Keep', input, createdAt: at() }
  return store().transaction((tx) => tx.jobs.insert(job))
}

const jobWith = (id: Job['id'], fits: (job: Job) => boolean) =>
  until(
    async () => {
      const job = await store().jobs.get(id)
      return job && fits(job) ? job : undefined
    },
    PATIENCE,
    'the job has come so far',
  )

test('a block that is gone ends the job, which says so', async () => {
  const { id } = await insert(await insertAgent(store()))
  start(async () => 'text', 'one')
  const job = await jobWith(id, ({ completedAt }) => completedAt !== null)
  expect(job.report).toBe('The agent has no block customer any more, so nothing keeps it in step.')
})

test('a process that stops during a look leaves it to the next, which goes on at each time', async () => {
  const agent = await insertAgent(store())
  const block = await insertBlock(store(), [agent], { label: 'customer', value: '' })
  const { id } = await insert(agent)
  let begun = false
  const first = start((signal) => {
    begun = true
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  }, 'one')
  await until(async () => begun || undefined, PATIENCE, 'the first looks')
  await first.stop()
  const second = start(async () => 'Gold', 'two')
  expect(await jobWith(id, ({ status }) => status === 'waiting')).toMatchObject({ done: 1 })
  await second.stop()
  // Eleven minutes later, in another process.
  start(async () => 'Silver', 'three', 11 * 60_000)
  await jobWith(id, ({ done }) => done === 2)
  const versions = await store().blocks.versionsAfter(block.id, 0, 10)
  expect(versions.map(({ value }) => value)).toEqual(['', 'Gold', 'Silver'])
})
