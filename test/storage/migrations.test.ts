import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, insertBlock } from '../support/stores.ts'

type Row = Readonly<Record<string, string | number | null>>

function insertRow(database: DatabaseHandle.Database, table: string, row: Row): void {
  const columns = Object.keys(row)
  const places = columns.map((column) => `@${column}`)
  database
    .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`)
    .run(row)
}

/** As the first version had it. */
function oldAgent(id: string): Row {
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
  }
}

test('an agent of before tool rules has none, and its open calls need no approval', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  await (await openSqlite(path, MIGRATIONS.slice(0, 1))).close()
  const ids = { agent: newId('agent'), run: newId('run'), step: newId('step'), call: newId('call') }
  const old = new DatabaseHandle(path)
  const insert = (table: string, row: Row) => insertRow(old, table, row)
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

test('of before detaching was remembered, blocks are known since they were attached', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-migrate-'))
  const path = join(directory, 'recollect.db')
  const old = await openSqlite(path, MIGRATIONS.slice(0, 3))
  const agent = { id: newId('agent') }
  const database = new DatabaseHandle(path)
  insertRow(database, 'agent', oldAgent(agent.id))
  database.close()
  const block = await insertBlock(old.in('default'), [agent])
  await old.close()

  const storage = await openSqlite(path)
  const store = storage.in('default')
  await store.transaction((tx) => tx.blocks.detach(agent.id, block.id, at(1)))
  expect(await store.blocks.asOf(agent.id, at())).toEqual([block])
  expect(await store.blocks.asOf(agent.id, at(1))).toEqual([])
  await storage.close()
  await rm(directory, { recursive: true })
})
