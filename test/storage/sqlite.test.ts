import DatabaseHandle from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  insertAgent,
  insertArchive,
  insertPassages,
  openSqliteTestStorage,
} from '../support/stores.ts'
import { storageContract } from './contract.ts'
import { createWorkplace, readValue, type Workplace } from './workplace.ts'

storageContract('SQLite', openSqliteTestStorage, { isWithinProcess: true })

let work: Workplace
let path: string
const open: Workplace['open'] = (...where) => work.open(...where)

beforeEach(async () => {
  work = await createWorkplace()
  path = work.path
})
afterEach(() => work.clear())

/** Opens a database, and tells which connections it made for that. */
async function openAndSeeHandles() {
  const made = vi.spyOn(DatabaseHandle.prototype, 'pragma')
  try {
    const storage = await open()
    const handles = made.mock.contexts.filter((handle) => handle instanceof DatabaseHandle)
    return { storage, handles: [...new Set(handles)] }
  } finally {
    made.mockRestore()
  }
}

test('transactions that wait for one another are committed together', async () => {
  const store = (await open()).in('default')
  await insertAgent(store)
  const before = Number(readValue(path, 'PRAGMA user_version'))
  const inserted = await Promise.all(Array.from({ length: 20 }, () => insertAgent(store)))
  const commits = Number(readValue(path, 'PRAGMA user_version')) - before
  expect(commits).toBeGreaterThan(0)
  expect(commits).toBeLessThan(10)
  expect((await store.agents.list({ limit: 50 })).items).toHaveLength(inserted.length + 1)
})

describe('the connections of SQLite', () => {
  test('neither the reading nor the writing connection loses commits in a power failure', async () => {
    const { storage, handles } = await openAndSeeHandles()
    const FULL = 2
    const settings = handles.map((handle) =>
      ['journal_mode', 'synchronous', 'foreign_keys', 'query_only'].map((name) =>
        handle.pragma(name, { simple: true }),
      ),
    )
    expect(settings).toEqual([
      ['wal', FULL, 1, 0],
      ['wal', FULL, 1, 1],
    ])
    await storage.close()
    expect(handles.map((handle) => handle.open)).toEqual([false, false])
  })

  test('neither blocks noticeably on a lock', async () => {
    const { handles } = await openAndSeeHandles()
    for (const handle of handles) {
      expect(handle.pragma('busy_timeout', { simple: true })).toBeLessThanOrEqual(50)
    }
  })

  test('a full disk gives a clear error, keeps stored data, and recovers when there is space', async () => {
    const { storage, handles } = await openAndSeeHandles()
    const store = storage.in('default')
    const agent = await insertAgent(store)
    const archiveId = await insertArchive(store, agent.id)
    const limitPages = (pages: number) => {
      for (const handle of handles) handle.pragma(`max_page_count = ${pages}`)
    }
    limitPages(Number(handles[0]?.pragma('page_count', { simple: true })) + 4)
    const big = (source: string) => [
      { text: 'small', source },
      { text: 'big '.repeat(20_000), source },
    ]
    const refused = { code: 'storage_full', message: expect.stringContaining('Free some space') }
    await expect(insertPassages(store, archiveId, big('1'))).rejects.toMatchObject(refused)
    await expect(insertPassages(store, archiveId, big('2'))).rejects.toMatchObject(refused)
    expect((await store.passages.search(agent.id, { limit: 9 })).items).toEqual([])
    expect(await store.agents.get(agent.id)).toEqual(agent)

    limitPages(1_000_000)
    await insertPassages(store, archiveId, big('3'))
    expect(
      (await store.passages.search(agent.id, { query: 'small', limit: 9 })).items,
    ).toHaveLength(1)
    expect(readValue(path, 'PRAGMA integrity_check')).toBe('ok')
  })
})
