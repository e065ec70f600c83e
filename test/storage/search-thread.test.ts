import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { createSearchThread } from '../../src/storage/sqlite/searches.ts'

const REQUEST = {
  index: 'passage',
  namespace: 'default',
  query: 'kettle',
  limit: 5,
  offset: 0,
  upTo: undefined,
  filter: { scopes: ['none'], owners: [] },
} as const

test('a search that fails says so, and the next one is made', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-search-'))
  const database = join(directory, 'recollect.db')
  const thread = createSearchThread({ database, busyMilliseconds: 100, vectorBytes: 0 })
  onTestFinished(async () => {
    await thread.close()
    await rm(directory, { recursive: true })
  })
  await expect(thread.searches.ranked(REQUEST)).rejects.toMatchObject({
    code: 'busy',
    message: expect.stringContaining('SQLITE_CANTOPEN'),
  })
  await (await openSqlite(database)).close()
  expect(await thread.searches.ranked(REQUEST)).toMatchObject({ hits: [], more: false })
})

test('what was asked before the thread is closed is answered with an error, not with silence', async () => {
  const thread = createSearchThread({ database: '/nowhere', busyMilliseconds: 100, vectorBytes: 0 })
  const asked = thread.searches.ranked(REQUEST)
  const answered = expect(asked).rejects.toThrow()
  await thread.close()
  await answered
})
