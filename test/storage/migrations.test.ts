import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { expect, test } from 'vitest'
import { defaultConversation } from '../../src/core/conversation.ts'
import { newId } from '../../src/core/ids.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, insertPassages, someBlock } from '../support/stores.ts'

type Row = Readonly<Record<string, string | number | null>>

/** Writes rows as a Recollect of before did. */
function inserter(handle: DatabaseHandle.Database) {
  return (table: string, row: Row) => {
    const columns = Object.keys(row)
    const places = columns.map((column) => `@${column}`)
    handle
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`)
      .run(row)
  }
}

/** As the first version had it. */
function oldAgent(id: string, fields: Row = {}): Row {
  return {
    namespace: 'default',
    id,
    name: 'Ada',
    description: '',
    agent_type: 'memgpt_agent',
    context_window: 8_000,
    tools: '["send_message"]',
    last_message: 0,
    created_at: at(),
    updated_at: at(),
    ...fields,
  }
}

test('an agent older than tool rules has none, and its open calls need no approval', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 1))).close()
  const ids = { agent: newId('agent'), run: newId('run'), step: newId('step'), call: newId('call') }
  const old = new DatabaseHandle(path)
  const insert = inserter(old)
  const namespace = 'default'
  insert('agent', oldAgent(ids.agent))
  insert('run', {
    namespace,
    id: ids.run,
    agent_id: ids.agent,
    accepted_by: '',
    status: 'running',
    input: 'Hi',
    max_steps: 50,
    cancel_requested: 0,
    warnings: '[]',
    created_at: at(),
    started_at: at(),
  })
  insert('step', {
    namespace,
    id: ids.step,
    run_id: ids.run,
    number: 1,
    state: 'tools',
    attempts: 1,
    finish: 'stop',
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    cached_tokens: 0,
    started_at: at(),
  })
  insert('tool_call', {
    namespace,
    id: ids.call,
    step_id: ids.step,
    call_index: 0,
    name: 'send_message',
    arguments: '{}',
    effect: 'database',
    state: 'planned',
    attempts: 0,
  })
  old.close()

  const storage = await openSqlite(path)
  const store = storage.in(namespace)
  expect(await store.agents.get(ids.agent)).toMatchObject({ toolRules: [] })
  expect(await store.runs.currentStep(ids.run)).toMatchObject({
    calls: [{ id: ids.call, state: 'planned', approval: null, approvalReason: null }],
  })
  await storage.close()
  await rm(directory, { recursive: true })
})

test('blocks attached before detaching was logged are known since their attachment', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 3))).close()
  const agent = { id: newId('agent') }
  const { readOnly, limit, ...fields } = someBlock()
  const block = { ...fields, readOnly, limit, version: 1, createdAt: at(), updatedAt: at() }
  const handle = new DatabaseHandle(path)
  const insert = inserter(handle)
  insert('agent', oldAgent(agent.id))
  const namespace = 'default'
  const state = { value_limit: limit, read_only: Number(readOnly), version: 1 }
  const times = { created_at: at(), updated_at: at() }
  insert('block', { namespace, ...fields, ...state, ...times })
  const { id: block_id, label, ...text } = fields
  insert('block_version', { namespace, block_id, ...text, ...state, at: at(), author: 'client' })
  insert('agent_block', { namespace, agent_id: agent.id, label, block_id, attached_at: at() })
  handle.close()

  const storage = await openSqlite(path)
  const store = storage.in('default')
  await store.transaction((tx) => tx.blocks.detach(agent.id, block.id, at(1)))
  expect(await store.blocks.asOf(agent.id, at())).toEqual([block])
  expect(await store.blocks.asOf(agent.id, at(1))).toEqual([])
  await storage.close()
  await rm(directory, { recursive: true })
})

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

test('older agents know the last real model that answered them, if any', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 11))).close()
  const old = new DatabaseHandle(path)
  const insert = inserter(old)
  const namespace = 'default'
  const answeredBy = (...models: readonly (string | null)[]) => {
    const [agent, run] = [newId('agent'), newId('run')]
    insert('agent', oldAgent(agent))
    const status = 'completed'
    insert('run', {
      namespace,
      id: run,
      agent_id: agent,
      accepted_by: '',
      status,
      input: 'Hi',
      max_steps: 50,
      cancel_requested: 0,
      warnings: '[]',
      created_at: at(),
    })
    models.forEach((model, index) => {
      insert('step', {
        namespace,
        id: newId('step'),
        run_id: run,
        number: index + 1,
        state: 'done',
        attempts: 1,
        model,
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        cached_tokens: 0,
        started_at: at(),
      })
    })
    return agent
  }
  const real = answeredBy('groq/one', 'openai/two', 'offline/rehearsal', null)
  const rehearsed = answeredBy('offline/rehearsal', null)
  old.close()

  const storage = await openSqlite(path)
  const { conversations } = storage.in(namespace)
  expect((await conversations.contextState(defaultConversation(real))).ranOn).toBe('openai/two')
  expect((await conversations.contextState(defaultConversation(rehearsed))).ranOn).toBeNull()
  await storage.close()
  await rm(directory, { recursive: true })
})
