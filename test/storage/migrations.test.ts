import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { expect, test } from 'vitest'
import { defaultConversation } from '../../src/core/conversation.ts'
import { newId } from '../../src/core/ids.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { at, someBlock } from '../support/stores.ts'

import { inserter, oldAgent } from './old-rows.ts'

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
