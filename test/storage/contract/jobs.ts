import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { JobClaim, JobLease, NewJob } from '../../../src/storage/port/store.ts'
import { at, insertAgent } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const LEASE_SECONDS = 30

export function someJob(fields: Partial<NewJob> = {}): NewJob {
  const id = newId('job')
  return { id, kind: 'load', agentId: null, title: 'Load', input: '{}', createdAt: at(), ...fields }
}

export function jobContract(subject: Subject): void {
  const queue = () => subject.storage.jobs
  const claim = (seconds = 0, owner = 'me', fields: Partial<JobClaim> = {}) =>
    queue().next({
      owner,
      now: at(seconds),
      expiresAt: at(seconds + LEASE_SECONDS),
      kinds: ['load'],
      ...fields,
    })
  async function claimed(seconds = 0, owner = 'me') {
    const found = await claim(seconds, owner)
    if (!found) throw new Error('nothing was claimed')
    return found
  }
  const insert = (fields: Partial<NewJob> = {}, namespace = 'default') =>
    subject.storage.in(namespace).transaction((tx) => tx.jobs.insert(someJob(fields)))
  const hold = (lease: JobLease) =>
    subject.store.transaction((tx) => tx.jobs.hold(lease, at(LEASE_SECONDS)))
  const COMPLETED = { status: 'completed', error: null, report: 'Took 1.', at: at(9) } as const

  test('a job is taken once, oldest first, whichever namespace it is in', async () => {
    expect(await claim()).toBeUndefined()
    const first = await insert({}, 'theirs')
    const second = await insert()
    const mine = await claimed()
    expect(mine.job).toMatchObject({ id: first.id, status: 'running', attempts: 1 })
    expect(mine.job).toEqual(await subject.storage.in('theirs').jobs.get(first.id))
    expect(mine.lease).toEqual({ namespace: 'theirs', jobId: first.id, owner: 'me', fence: 1 })
    expect((await claimed(0, 'you')).job.id).toBe(second.id)
    expect(await claim()).toBeUndefined()
  })

  test('many that claim at once get different jobs', async () => {
    for (let number = 0; number < 6; number += 1) await insert()
    const found = await Promise.all(Array.from({ length: 9 }, () => claim()))
    const ids = found.flatMap((one) => one?.job.id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(0)
  })

  test('kinds without a handler, other places, and jobs that the process lets rest are left alone', async () => {
    await insert({ kind: 'digest' })
    const { id } = await insert({ place: 'command' })
    expect(await claim()).toBeUndefined()
    expect(await claim(0, 'me', { places: ['command'], except: [id] })).toBeUndefined()
    expect((await claim(0, 'me', { places: ['command'] }))?.job.id).toBe(id)
  })

  test('a job begins at its time', async () => {
    await insert({ startAt: at(60) })
    expect(await claim(59)).toBeUndefined()
    expect(await claim(60)).toBeDefined()
  })

  test('progress is kept, and ends the count of attempts', async () => {
    const { id } = await insert({ total: 7 })
    const { lease } = await claimed()
    await subject.store.transaction(async (tx) => {
      expect(await tx.jobs.hold(lease, at(60))).toBe(true)
      await tx.jobs.progress(id, { done: 3, state: '{"after":3}' }, at(1))
    })
    expect(await subject.store.jobs.get(id)).toMatchObject({
      ...{ done: 3, total: 7, state: '{"after":3}', attempts: 0, status: 'running' },
    })
  })

  test('a lease does not expire while renewed, and the process that takes the job over has a higher fence', async () => {
    const { id } = await insert()
    const { lease } = await claimed(0, 'slow')
    const [before] = await queue().held()
    expect(before).toEqual({ ...lease, expiresAt: at(LEASE_SECONDS) })
    // No clock says that it has run out.
    expect(await claim(9_999)).toBeUndefined()
    expect(await queue().renew(lease, at(77))).toBe(true)
    expect(before && (await queue().expire(before))).toBe(false)
    for (const held of await queue().held()) expect(await queue().expire(held)).toBe(true)
    const next = await claimed(0, 'next')
    expect(next).toMatchObject({ job: { id, attempts: 2 }, lease: { fence: lease.fence + 1 } })
    expect(await hold(lease)).toBe(false)
    expect(await queue().renew(lease, at(99))).toBe(false)
    expect(await hold(next.lease)).toBe(true)
  })

  test('the jobs of a process that has ended are free at once', async () => {
    const { id } = await insert()
    const { lease } = await claimed(0, 'dead')
    expect(await queue().owners()).toEqual(['dead'])
    await queue().abandon('dead')
    expect(await queue().owners()).toEqual([])
    expect(await hold(lease)).toBe(false)
    expect((await claimed()).job.id).toBe(id)
  })

  test('a job that was given back can be taken again, and the attempt does not count', async () => {
    const { id } = await insert()
    const { lease } = await claimed()
    await subject.store.transaction((tx) => tx.jobs.release(lease, at(1)))
    expect(await subject.store.jobs.get(id)).toMatchObject({ status: 'queued', attempts: 0 })
    expect((await claimed()).job.attempts).toBe(1)
  })

  test('a job that waits is taken up at its time, or when it is woken', async () => {
    const { id } = await insert()
    const error = { code: 'busy', message: 'Busy.' } as const
    const postpone = (wait: { retryAt: string; error: typeof error | null }) =>
      subject.store.transaction((tx) => tx.jobs.postpone(id, wait, at(1)))
    await claimed()
    await postpone({ retryAt: at(60), error })
    expect(await subject.store.jobs.get(id)).toMatchObject({
      ...{ status: 'waiting', retryAt: at(60), error, attempts: 1 },
    })
    expect(await claim(59)).toBeUndefined()
    expect((await claimed(60)).job).toMatchObject({ attempts: 2, retryAt: null })
    await postpone({ retryAt: at(999), error: null })
    expect(await subject.store.jobs.get(id)).toMatchObject({ error: null, attempts: 0 })
    const wake = () => subject.store.transaction((tx) => tx.jobs.wake(id, at(61)))
    expect(await wake()).toBe(true)
    expect((await claimed(61)).job.id).toBe(id)
    expect(await wake()).toBe(false)
  })

  test('a job ends once, and what came of it stays', async () => {
    const { id } = await insert({ key: 'k' })
    await claimed()
    const finish = () => subject.store.transaction((tx) => tx.jobs.finish(id, COMPLETED))
    expect(await finish()).toBe(true)
    expect(await finish()).toBe(false)
    expect(await subject.store.jobs.get(id)).toMatchObject({
      ...{ status: 'completed', report: 'Took 1.', completedAt: at(9) },
    })
    expect(await queue().held()).toEqual([])
    expect(await claim(99)).toBeUndefined()
    expect(await subject.store.jobs.open('load', 'k')).toBeUndefined()
  })

  test('of unfinished jobs with the same key there is one', async () => {
    const first = await insert({ key: 'k' })
    expect((await insert({ key: 'k' })).id).toBe(first.id)
    expect((await subject.store.jobs.open('load', 'k'))?.id).toBe(first.id)
    expect((await insert({ key: 'k' }, 'theirs')).id).not.toBe(first.id)
    expect((await insert({ key: 'k', kind: 'digest' })).id).not.toBe(first.id)
    await subject.store.transaction((tx) => tx.jobs.finish(first.id, COMPLETED))
    expect((await insert({ key: 'k' })).id).not.toBe(first.id)
    expect((await insert()).id).not.toBe((await insert()).id)
  })

  test('a waiting job is cancelled at once, one under way by its process', async () => {
    const cancel = (id: NewJob['id']) =>
      subject.store.transaction((tx) => tx.jobs.requestCancel(id, at(2)))
    const waiting = await insert({ startAt: at(60) })
    expect(await cancel(waiting.id)).toBe(true)
    expect(await cancel(waiting.id)).toBe(false)
    expect((await subject.store.jobs.get(waiting.id))?.status).toBe('cancelled')
    const running = await insert()
    await claimed()
    expect(await cancel(running.id)).toBe(true)
    expect(await subject.store.jobs.get(running.id)).toMatchObject({
      ...{ status: 'running', cancelRequested: true },
    })
  })

  test('jobs are listed newest first, by agent and kind, a page at a time', async () => {
    const agent = await insertAgent(subject.store)
    const a = await insert({ agentId: agent.id })
    const b = await insert({ kind: 'digest' })
    const c = await insert({ agentId: agent.id })
    await insert({}, 'theirs')
    const list = async (filter: object) =>
      (await subject.store.jobs.list({ limit: 9, ...filter })).items.map(({ id }) => id)
    expect(await list({})).toEqual([c.id, b.id, a.id])
    expect(await list({ agentId: agent.id })).toEqual([c.id, a.id])
    expect(await list({ kind: 'digest' })).toEqual([b.id])
    const page = await subject.store.jobs.list({ limit: 2 })
    expect(page.items.map(({ id }) => id)).toEqual([c.id, b.id])
    expect(await list({ cursor: page.nextCursor })).toEqual([a.id])
  })

  test('a job is deleted with its agent, and its process may write nothing more', async () => {
    const agent = await insertAgent(subject.store)
    const { id } = await insert({ agentId: agent.id })
    const { lease } = await claimed()
    await subject.store.transaction((tx) => tx.agents.delete(agent.id, at()))
    expect(await subject.store.jobs.get(id)).toBeUndefined()
    expect(await hold(lease)).toBe(false)
  })

  test('what happens to a job is told to listeners', async () => {
    const { changes } = subject.storage
    const from = await changes.head()
    const { id } = await insert()
    await claimed()
    await subject.store.transaction((tx) => tx.jobs.finish(id, COMPLETED))
    const told = (await changes.after(from, 9)).map(({ kind, subjectId }) => [kind, subjectId])
    expect(told).toEqual([
      ['job', id],
      ['job', id],
      ['job', id],
    ])
  })
}
