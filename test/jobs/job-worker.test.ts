import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { newId } from '../../src/core/ids.ts'
import type { Job } from '../../src/core/job.ts'
import type { JobHandler } from '../../src/jobs/job-handler.ts'
import { createJobWorker, type JobWorker } from '../../src/jobs/job-worker.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { until } from '../reliability/harness.ts'
import type { TestStorage } from '../support/own-database.ts'
import { at, insertAgent, openTestStorage } from '../support/stores.ts'

/* Workers of jobs over a real database. Each counts to the total of its job. */

const PATIENCE = 30_000

let opened: TestStorage
let storage: Storage
let workers: JobWorker[]
beforeEach(async () => {
  opened = await openTestStorage()
  storage = opened.storage
  workers = []
})
afterEach(async () => {
  for (const worker of workers) await worker.stop()
  await opened.close()
})

function start(run: JobHandler['run'], owner = 'me', leaseMilliseconds = 60_000): JobWorker {
  const worker = createJobWorker({
    storage,
    owner,
    handlers: { count: async () => ({ run }) },
    clock: storage.clock,
    leaseMilliseconds,
    firstPauseMilliseconds: 1,
    log: () => undefined,
  })
  storage.changes.onCommit(worker.wake)
  workers.push(worker)
  return worker
}

async function insert(total = 3): Promise<Job> {
  const store = storage.in('default')
  const agent = await insertAgent(store)
  const job = { id: newId('job'), kind: 'count', agentId: agent.id, title: 'Count', input: '{}' }
  return store.transaction((tx) => tx.jobs.insert({ ...job, total, createdAt: at() }))
}

const jobIs = (id: Job['id'], status: Job['status']) =>
  until(
    async () => {
      const job = await storage.in('default').jobs.get(id)
      return job?.status === status ? job : undefined
    },
    PATIENCE,
    `the job is ${status}`,
  )

const stateOf = ({ state }: Job): number => (state === null ? 0 : Number(state))

/** Tags its agent with every number, from where the job was left; `onNumber` may interfere. */
const counting =
  (
    onNumber: (number: number, job: Job) => void | Promise<void> = () => undefined,
  ): JobHandler['run'] =>
  async ({ job, store, save }) => {
    const { agentId } = job
    if (agentId === null) throw new Error('no agent')
    for (let number = stateOf(job) + 1; number <= (job.total ?? 0); number += 1) {
      await onNumber(number, job)
      const tags = (await store.agents.get(agentId))?.tags ?? []
      await save((tx, when) => tx.agents.update(agentId, { tags: [...tags, `${number}`] }, when), {
        done: number,
        state: String(number),
      })
    }
    return { kind: 'done', report: `Counted to ${job.total}.` }
  }

const tagsOf = async ({ agentId }: Job) =>
  agentId && (await storage.in('default').agents.get(agentId))?.tags

test('a job is done in the background, and says how far it came and what came of it', async () => {
  start(counting())
  const job = await insert()
  expect(await jobIs(job.id, 'completed')).toMatchObject({ done: 3, report: 'Counted to 3.' })
  expect(await tagsOf(job)).toEqual(['1', '2', '3'])
})

test('an error that may pass is tried again from where the job was, one that the user can fix is not', async () => {
  let failures = 0
  start(
    counting((number) => {
      failures += number === 2 ? 1 : 0
      if (number === 2 && failures < 3) throw new UserError('busy', 'The database is busy.')
      if (number === 3) throw new UserError('not_found', 'The number 3 is missing.')
    }),
  )
  const job = await insert()
  expect(await jobIs(job.id, 'failed')).toMatchObject({
    done: 2,
    error: { code: 'not_found', message: 'The number 3 is missing.' },
  })
  expect(await tagsOf(job)).toEqual(['1', '2'])
})

test('a job that never gets on fails after some attempts, without showing the error itself', async () => {
  let attempts = 0
  start(
    counting(() => {
      attempts += 1
      throw new Error('secret path')
    }),
  )
  const { error } = await jobIs((await insert()).id, 'failed')
  expect(error?.code).toBe('internal')
  expect(error?.message).not.toContain('secret')
  expect(attempts).toBe(5)
})

test('a job that is cancelled while it is worked on stops, and keeps what it has stored', async () => {
  const store = storage.in('default')
  const worker = start(async (work, signal) => {
    await counting()({ ...work, job: { ...work.job, total: 1 } }, signal)
    await store.transaction((tx) => tx.jobs.requestCancel(work.job.id, at()))
    await worker.stopIfCancelled('default', work.job.id)
    signal.throwIfAborted()
    return { kind: 'done', report: 'Not cancelled.' }
  })
  const job = await insert()
  expect(await jobIs(job.id, 'cancelled')).toMatchObject({ done: 1, report: null })
  expect(await tagsOf(job)).toEqual(['1'])
})

test('a worker that stops gives its job back, and the next one goes on from there', async () => {
  let reached: () => void = () => undefined
  const atTwo = new Promise<void>((resolve) => {
    reached = resolve
  })
  const first = start(async (work, signal) => {
    await counting(async (number) => {
      if (number < 2) return
      reached()
      await new Promise((_, reject) => signal.addEventListener('abort', reject))
    })(work, signal)
    return { kind: 'done', report: '' }
  })
  const job = await insert()
  await atTwo
  await first.stop()
  expect(await storage.in('default').jobs.get(job.id)).toMatchObject({
    ...{ status: 'queued', done: 1, attempts: 0 },
  })
  start(counting(), 'next')
  await jobIs(job.id, 'completed')
  expect(await tagsOf(job)).toEqual(['1', '2', '3'])
})

test('a job of a process that no longer renews its lease is taken over, and the late one writes nothing', async () => {
  const store = storage.in('default')
  const job = await insert()
  const now = at()
  const claim = { owner: 'silent', now, expiresAt: at(1), kinds: ['count'] }
  const silent = await storage.jobs.next(claim)
  if (!silent) throw new Error('nothing was claimed')
  start(counting(), 'next', 300)
  await jobIs(job.id, 'completed')
  expect(await store.transaction((tx) => tx.jobs.hold(silent.lease, at(9)))).toBe(false)
  expect(await tagsOf(job)).toEqual(['1', '2', '3'])
})

test('a job can wait for its time, and be woken before', async () => {
  const store = storage.in('default')
  start(async ({ job, save }) => {
    if (stateOf(job) === 1) return { kind: 'done', report: 'Woken.' }
    await save(async () => undefined, { state: '1' })
    return { kind: 'later', at: storage.clock() + 3_600_000 }
  })
  const { id } = await insert()
  await jobIs(id, 'waiting')
  await store.transaction((tx) => tx.jobs.wake(id, at()))
  expect(await jobIs(id, 'completed')).toMatchObject({ report: 'Woken.' })
})
