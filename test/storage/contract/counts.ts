import { expect, test } from 'vitest'
import type { RunStatus } from '../../../src/core/run.ts'
import {
  at,
  insertAgent,
  insertArchive,
  insertBlock,
  insertPassages,
  insertRun,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/** More than are counted at a time. */
const MANY = 20_001

const NO_RUNS: Readonly<Record<RunStatus, number>> = {
  queued: 0,
  running: 0,
  waiting: 0,
  requires_approval: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
}

export function countContract(subject: Subject): void {
  test('an empty namespace holds nothing', async () => {
    expect(await subject.storage.counts('default')).toEqual({
      agents: 0,
      blocks: 0,
      messages: 0,
      passages: 0,
      runs: NO_RUNS,
    })
  })

  test('everything is counted, runs by status, and of one namespace only', async () => {
    const other = subject.storage.in('other')
    await insertRun(other, (await insertAgent(other)).id)
    const { store } = subject
    const agents = [await insertAgent(store), await insertAgent(store)]
    const [ada, bob] = agents.map(({ id }) => id) as [`agent-${string}`, `agent-${string}`]
    for (let label = 0; label < 3; label += 1) {
      await insertBlock(store, agents, { label: `label-${label}` })
    }
    await insertPassages(store, await insertArchive(store, ada), [{ text: 'a' }, { text: 'b' }])
    await store.transaction(async (tx) => {
      await tx.messages.append(ada, [userSays('one'), userSays('two')])
      await tx.messages.append(bob, [userSays('three')])
    })
    for (const [index, status] of (
      ['completed', 'completed', 'failed', 'cancelled'] as const
    ).entries()) {
      const { id } = await insertRun(store, index % 2 ? ada : bob)
      const outcome = { status, stopReason: 'end_turn', error: null, at: at() } as const
      await store.transaction((tx) => tx.runs.finish(id, outcome))
    }
    await insertRun(store, ada)
    expect((await other.runs.list({ limit: 50 })).items).toHaveLength(1)
    expect((await store.runs.list({ limit: 50 })).items).toHaveLength(5)
    expect(await subject.storage.counts('default')).toEqual({
      agents: 2,
      blocks: 3,
      messages: 3,
      passages: 2,
      runs: { ...NO_RUNS, completed: 2, failed: 1, cancelled: 1, queued: 1 },
    })
  })

  test('more than one slice is counted in full', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    for (let done = 0; done < MANY; done += 500) {
      const count = Math.min(500, MANY - done)
      const texts = Array.from({ length: count }, (_, place) => ({ text: `${done + place}` }))
      await insertPassages(store, archiveId, texts)
    }
    expect((await subject.storage.counts('default')).passages).toBe(MANY)
  }, 120_000)

  test('runs are listed newest first, by agent and status, page by page', async () => {
    const { store } = subject
    const ada = (await insertAgent(store)).id
    const bob = (await insertAgent(store)).id
    const ids: string[] = []
    for (const agentId of [ada, bob, ada, bob, ada]) ids.push((await insertRun(store, agentId)).id)
    for (const index of [0, 1, 2]) {
      const outcome = {
        status: 'completed',
        stopReason: 'end_turn',
        error: null,
        at: at(),
      } as const
      await store.transaction((tx) => tx.runs.finish(ids[index] as `run-${string}`, outcome))
    }
    const numbers = async (filter: Partial<Parameters<typeof store.runs.list>[0]>) => {
      const { items } = await store.runs.list({ limit: 50, ...filter })
      return items.map(({ id }) => ids.indexOf(id))
    }
    expect(await numbers({})).toEqual([4, 3, 2, 1, 0])
    expect(await numbers({ agentId: ada })).toEqual([4, 2, 0])
    expect(await numbers({ status: 'completed' })).toEqual([2, 1, 0])
    expect(await numbers({ status: 'queued' })).toEqual([4, 3])
    expect(await numbers({ status: 'completed', agentId: bob })).toEqual([1])
    expect(await numbers({ status: 'queued', agentId: bob })).toEqual([3])
    expect(await numbers({ status: 'failed' })).toEqual([])
    for (const filter of [{}, { agentId: ada }, { status: 'completed' as const }]) {
      const all = await numbers(filter)
      const first = await store.runs.list({ limit: 2, ...filter })
      expect(await numbers({ ...filter, cursor: first.nextCursor })).toEqual(all.slice(2))
      const last = await store.runs.list({ limit: all.length, ...filter })
      expect(last.nextCursor).toBeUndefined()
    }
  })
}
