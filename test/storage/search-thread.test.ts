import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/storage/sqlite/connections.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import {
  createSearchThread,
  type SearchThread,
  type SearchThreadSetup,
} from '../../src/storage/sqlite/searches.ts'
import { createSearches } from '../../src/storage/sqlite/small-searches.ts'

const REQUEST = {
  index: 'passage',
  namespace: 'default',
  query: 'kettle',
  now: '2026-03-31T12:00:00.000Z',
  timezone: 'UTC',
  limit: 5,
  offset: 0,
  upTo: undefined,
  filter: { scopes: ['none'], owners: [] },
} as const

test('a failing search reports its error, and the next one succeeds', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-search-'))
  const database = join(directory, 'recollect.db')
  const thread = createSearchThread({ database, busyMilliseconds: 100, vectorBytes: 0 })
  onTestFinished(async () => {
    await thread.close()
    await rm(directory, { recursive: true })
  })
  await expect(thread.searches.ranked(REQUEST)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('SQLITE_CANTOPEN'),
  })
  await (await openSqlite(database)).close()
  expect(await thread.searches.ranked(REQUEST)).toMatchObject({ hits: [], more: false })
})

test('searches pending when the thread is closed are answered with an error', async () => {
  const thread = createSearchThread({ database: '/nowhere', busyMilliseconds: 100, vectorBytes: 0 })
  const asked = thread.searches.ranked(REQUEST)
  const answered = expect(asked).rejects.toThrow()
  await thread.close()
  await answered
})

/** So many scopes that no machine is done with them soon. */
const SLOW = {
  ...REQUEST,
  query: Array.from({ length: 60 }, (_, index) => `word${index}`).join(' '),
  filter: { scopes: Array.from({ length: 40_000 }, (_, index) => `scope${index}`), owners: [] },
}
const LARGE = {
  ...REQUEST,
  query: Array.from({ length: 1_000_000 }, (_, index) => index.toString(36)).join(' '),
}

async function threadWith(
  options: Pick<SearchThreadSetup, 'deadlineMilliseconds' | 'heapMegabytes'>,
): Promise<SearchThread> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-search-'))
  const database = join(directory, 'recollect.db')
  await (await openSqlite(database)).close()
  const thread = createSearchThread({ database, busyMilliseconds: 100, vectorBytes: 0, ...options })
  onTestFinished(async () => {
    await thread.close()
    await rm(directory, { recursive: true })
  })
  return thread
}

describe.each([
  ['longer', SLOW, { deadlineMilliseconds: 250 }],
  ['more memory', LARGE, { heapMegabytes: 32, deadlineMilliseconds: 600_000 }],
])('a search that takes %s than it may', (_, request, options) => {
  test('is refused, and concurrent ones succeed', { timeout: 120_000 }, async () => {
    const thread = await threadWith(options)
    const before = thread.searches.ranked(REQUEST)
    const tooMuch = thread.searches.ranked(request)
    const beside = [thread.searches.ranked(REQUEST), thread.searches.ranked(REQUEST)]
    await expect(tooMuch).rejects.toMatchObject({ code: 'limit_exceeded' })
    for (const search of [before, ...beside, thread.searches.ranked(REQUEST)])
      expect(await search).toMatchObject({ hits: [] })
  })
})

/** No thread can start: a function can't be passed to it. */
const NO_THREAD = { busyMilliseconds: 100, vectorBytes: 0, notForThreads: () => undefined }

async function smallFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-search-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const database = join(directory, 'recollect.db')
  await (await openSqlite(database)).close()
  return database
}

test('a small file is searched without a thread, and answers the same', async () => {
  const database = await smallFile()
  const thread = createSearchThread({ database, busyMilliseconds: 100, vectorBytes: 0 })
  const searches = createSearches({ ...NO_THREAD, database })
  searches.searches.prepare({ meaning: false })
  expect(await searches.searches.ranked(REQUEST)).toEqual(await thread.searches.ranked(REQUEST))
  const alike = { scopes: ['none'], stems: ['kettl'], limit: 5 }
  expect(await searches.searches.alike(alike)).toEqual(await thread.searches.alike(alike))
  await searches.close()
  await thread.close()
})

test('a search of a small file that may take long keeps its time limit', async () => {
  const database = await smallFile()
  const options = { database, busyMilliseconds: 100, vectorBytes: 0, deadlineMilliseconds: 250 }
  const searches = createSearches(options)
  await expect(searches.searches.ranked(SLOW)).rejects.toMatchObject({ code: 'limit_exceeded' })
  expect(await searches.searches.ranked(REQUEST)).toMatchObject({ hits: [], more: false })
  await searches.close()
})

test('a file that has grown is searched in the thread', async () => {
  const database = await smallFile()
  const searches = createSearches({ ...NO_THREAD, database })
  await searches.searches.ranked(REQUEST)
  const handle = await connect(database)
  handle.exec('CREATE TABLE filler AS SELECT randomblob(5000000) AS bytes')
  handle.pragma('wal_checkpoint(TRUNCATE)')
  handle.close()
  await expect(searches.searches.ranked(REQUEST)).rejects.toThrow()
  await searches.close()
})
