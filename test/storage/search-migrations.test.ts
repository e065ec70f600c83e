import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, insertPassages } from '../support/stores.ts'

import { inserter, oldAgent } from './old-rows.ts'

test('data older than ranked search is found, positioned and counted', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 3))).close()
  const agents = [newId('agent'), newId('agent')] as const
  const archives = [newId('archive'), newId('archive')] as const
  const namespace = 'default'
  const old = new DatabaseHandle(path)
  const insert = inserter(old)
  for (const index of ['passage', 'message']) {
    old.exec(`DROP TABLE ${index}_words`)
    old.exec(
      `CREATE VIRTUAL TABLE ${index}_words USING fts5(scope, text, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co So'")`,
    )
  }
  const texts = [
    ['The kettles stand in the garden', 'book', 0],
    ['東京は日本の首都です', 'book', 0],
    ['Of another archive: a kettle', 'book', 1],
    ['parseHTTPResponse fails', 'book', 0],
    ['A kettle without a source', '', 0],
    ['A kettle elsewhere', 'other', 0],
  ] as const
  const passages = texts.map(() => newId('passage'))
  agents.forEach((id, index) => {
    const archive_id = archives[index] ?? ''
    insert('agent', oldAgent(id, { last_message: index === 0 ? 2 : 0 }))
    insert('archive', { namespace, id: archive_id, name: 'Archive', created_at: at() })
    insert('agent_archive', { namespace, agent_id: id, archive_id, is_default: 1 })
  })
  texts.forEach(([text, source, archive], index) => {
    const id = passages[index] ?? ''
    const archive_id = archives[archive]
    const dates = { created_at: at(index), inserted_at: at(index) }
    insert('passage', { namespace, id, archive_id, text, source, digest: `${index}`, ...dates })
    insert('passage_tag', { namespace, passage_id: id, tag: index === 0 ? 'first' : 'later' })
    insert('passage_words', { rowid: index + 1, scope: archive_id, text })
  })
  for (const [seq, text] of [
    [1, 'Where is the kettle?'],
    [2, '首都はどこですか'],
  ] as const) {
    insert('message', {
      namespace,
      agent_id: agents[0],
      seq,
      id: newId('message'),
      role: 'user',
      text,
      body: JSON.stringify({ role: 'user', text }),
      tokens: 5,
      created_at: at(seq),
    })
    insert('message_words', { rowid: seq, scope: agents[0], text })
  }
  old.close()

  const storage = await openSqlite(path)
  const store = storage.in(namespace)
  const find = async (agent: 0 | 1, search: object) =>
    (await store.passages.search(agents[agent], { limit: 9, ...search })).items
      .map(({ item }) => item.text)
      .sort()
  const kettles = [texts[5][0], texts[4][0], texts[0][0]]
  expect(await find(0, { query: 'kettle' })).toEqual(kettles)
  expect(await find(1, { query: 'kettle' })).toEqual([texts[2][0]])
  expect(await find(0, { query: '首都' })).toEqual([texts[1][0]])
  expect(await find(0, { query: 'response' })).toEqual([texts[3][0]])
  expect(await find(0, { query: 'kettle', tags: ['first'] })).toEqual([texts[0][0]])
  expect(await find(0, { query: 'kettel' })).toEqual(kettles)
  expect(await find(0, { before: at(1) })).toHaveLength(2)
  const said = async (query: string) =>
    (await store.messages.search(agents[0], { query, limit: 9 })).items
  expect(await said('kettles')).toHaveLength(1)
  expect(await said('首都')).toHaveLength(1)

  const [, second] = passages
  const around = second && (await store.passages.around(agents[0], second, 9))
  expect(around?.map(({ text }) => text)).toEqual([texts[0][0], texts[1][0], texts[3][0]])
  expect(await store.archives.counts(agents[0])).toEqual({ passages: 5, superseded: 0, found: 0 })
  expect(await store.archives.counts(agents[1])).toEqual({ passages: 1, superseded: 0, found: 0 })
  const [added] = await insertPassages(store, archives[0], [{ text: 'The end', source: 'book' }])
  const end = added && (await store.passages.around(agents[0], added.id, 1))
  expect(end?.map(({ text }) => text)).toEqual([texts[3][0], 'The end'])
  const [gone] = passages
  if (gone) await store.transaction((tx) => tx.passages.delete(agents[0], gone, at()))
  expect(await find(0, { query: 'kettle' })).toEqual([texts[5][0], texts[4][0]])
  await storage.close()
  await rm(directory, { recursive: true })
})

test('archives older than their counts get counts of superseded and found passages', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 5))).close()
  const old = new DatabaseHandle(path)
  const insert = inserter(old)
  const namespace = 'default'
  const [full, empty] = [newId('archive'), newId('archive')]
  for (const id of [full, empty])
    insert('archive', { namespace, id, name: '', created_at: at(), passage_count: 0 })
  const by = newId('passage')
  for (const [id, superseded_by, found_count] of [
    [by, null, 3],
    [newId('passage'), by, 1],
    [newId('passage'), by, 0],
    [newId('passage'), null, 0],
  ] as const) {
    const dates = { created_at: at(), inserted_at: at() }
    const text = { text: 'x', source: '', digest: id }
    insert('passage', {
      namespace,
      id,
      archive_id: full,
      superseded_by,
      found_count,
      ...text,
      ...dates,
    })
  }
  old.close()
  const storage = await openSqlite(path)
  const { archives } = storage.in(namespace)
  expect(await archives.get(full)).toMatchObject({ superseded: 2, found: 2 })
  expect(await archives.get(empty)).toMatchObject({ superseded: 0, found: 0 })
  await storage.close()
  await rm(directory, { recursive: true })
})
