import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createServerFactory } from '../../src/mcp/server.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import {
  callTool,
  fail,
  hang,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'

let home: string
let provider: ScriptedProvider
let app: App
let client: Connection

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'recollect-tools-'))
  provider = await startScriptedProvider()
  const environment = {
    RECOLLECT_HOME: home,
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
  }
  app = await openApp(readConfig({}, environment), () => undefined)
  const createServer = createServerFactory({
    version: '1.2.3',
    context: async () => app.context,
    log: (_, message, fields) => console.error(message, fields),
  })
  client = await connectInProcess(createServer, 'v2-auto')
})

afterEach(async () => {
  await client.close()
  await app.close()
  await provider.close()
  await rm(home, { recursive: true })
})

/** The answer of a call that must go well, the same in both of its parts. */
async function answer(tool: string, args: object = {}) {
  const result = await client.call(tool, args)
  expect(result.isError, result.text).toBe(false)
  expect(JSON.parse(result.text)).toEqual(result.data)
  return result.data
}

async function refusal(tool: string, args: object): Promise<{ code: string; message: string }> {
  const result = await client.call(tool, args)
  expect(result.isError).toBe(true)
  expect(result.text).toBe(result.data.error.message)
  return result.data.error
}

/** The resource says what the tool says. */
async function expectSame(uri: string, tool: string, args: object) {
  expect(JSON.parse((await client.read(uri)).text)).toEqual(await answer(tool, args))
}

describe('agents', () => {
  it('are created with what was given, listed, changed and deleted', async () => {
    const { agent } = await answer('create_agent', {
      name: 'Ada',
      description: 'Keeps notes',
      persona: 'I am Ada.',
      human: 'Likes tea.',
      blocks: [
        { label: 'project', value: 'Looms', description: 'Work', limit: 100, read_only: true },
      ],
      agent_type: 'letta_v1_agent',
      context_window: 16_000,
      tags: ['work'],
    })
    expect(agent).toMatchObject({
      name: 'Ada',
      description: 'Keeps notes',
      agent_type: 'letta_v1_agent',
      context_window: 16_000,
      tags: ['work'],
      tool_rules: [],
      message_count: 0,
      archival_count: 0,
    })
    expect(agent.blocks.map(({ label }: { label: string }) => label)).toEqual([
      'persona',
      'human',
      'project',
    ])
    expect(agent.blocks[2]).toMatchObject({ chars: 5, limit: 100, read_only: true })
    expect(await answer('get_agent', { agent: 'Ada' })).toEqual({ agent })

    await answer('create_agent', { name: 'Bob', block_ids: [agent.blocks[2].id] })
    const { blocks } = await answer('read_memory', { agent: 'Bob', label: 'project' })
    expect(blocks[0]).toMatchObject({ value: 'Looms', shared_with: [agent.id] })

    const list = await answer('list_agents', { tags: ['work'] })
    expect(list.agents).toEqual([
      {
        id: agent.id,
        name: 'Ada',
        description: 'Keeps notes',
        agent_type: 'letta_v1_agent',
        tags: ['work'],
        updated_at: agent.updated_at,
      },
    ])
    const first = await answer('list_agents', { limit: 1 })
    const second = await answer('list_agents', { limit: 1, cursor: first.next_cursor })
    expect([...first.agents, ...second.agents].map(({ name }) => name)).toEqual(['Bob', 'Ada'])
    expect(second).not.toHaveProperty('next_cursor')

    const changed = await answer('update_agent', { agent: 'Ada', name: 'Ada L.', tags: [] })
    expect(changed.agent).toMatchObject({ id: agent.id, name: 'Ada L.', tags: [] })
    await expectSame(`recollect://agents/${agent.id}`, 'get_agent', { agent: agent.id })
    await expectSame('recollect://agents', 'list_agents', {})

    expect(await refusal('delete_agent', { agent: 'Ada L.' })).toMatchObject({
      code: 'invalid_argument',
    })
    const deleted = await answer('delete_agent', { agent: 'Ada L.', confirm: true })
    expect(deleted).toEqual({ deleted: true, agent_id: agent.id })
    expect(await refusal('get_agent', { agent: agent.id })).toMatchObject({ code: 'not_found' })
    await expect(client.read(`recollect://agents/${agent.id}`)).rejects.toMatchObject({
      code: -32602,
    })
    const kept = await answer('read_memory', { agent: 'Bob', label: 'project' })
    expect(kept.blocks[0]).toMatchObject({ value: 'Looms', shared_with: [] })
  })

  it('are not guessed at', async () => {
    await answer('create_agent', { name: 'Twin' })
    await answer('create_agent', { name: 'Twin' })
    expect(await refusal('get_agent', { agent: 'Twin' })).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('agent-'),
    })
    expect(await refusal('get_agent', { agent: 'twin' })).toMatchObject({ code: 'not_found' })
  })
})

describe('memory blocks', () => {
  beforeEach(() => answer('create_agent', { name: 'Ada', human: 'Likes tea.' }))

  it('are written, corrected and appended to, each change a version', async () => {
    const args = { agent: 'Ada', label: 'human' }
    const replaced = await answer('replace_in_memory_block', {
      ...args,
      old_text: 'tea',
      new_text: 'coffee',
      expected_version: 1,
    })
    expect(replaced.block).toMatchObject({ value: 'Likes coffee.', version: 2, chars: 13 })
    const appended = await answer('append_to_memory_block', { ...args, text: 'Lives in Ulm.' })
    expect(appended.block).toMatchObject({ value: 'Likes coffee.\nLives in Ulm.', version: 3 })
    const written = await answer('write_memory_block', {
      agent: 'Ada',
      label: 'mood',
      value: 'Good',
      description: 'How it goes',
      expected_version: 0,
    })
    expect(written.block).toMatchObject({ label: 'mood', version: 1, limit: 5_000 })
    const { agent_id, blocks } = await answer('read_memory', { agent: 'Ada' })
    expect(blocks).toHaveLength(3)
    const uri = `recollect://agents/${agent_id}/memory`
    expect((await client.read(`${uri}/mood`)).text).toBe('Good')
    expect((await client.read(uri)).text).toContain('Likes coffee.')
    await expect(client.read(`${uri}/nothing`)).rejects.toMatchObject({ code: -32602 })
  })

  it('refuse what would harm them, and stay as they were', async () => {
    const args = { agent: 'Ada', label: 'human' }
    const codeOf = async (tool: string, more: object) =>
      (await refusal(tool, { ...args, ...more })).code
    const twice = { old_text: 'e', new_text: 'x' }
    expect(await codeOf('replace_in_memory_block', twice)).toBe('invalid_argument')
    const stale = { value: 'x', expected_version: 7 }
    expect(await codeOf('write_memory_block', stale)).toBe('conflict')
    expect(await codeOf('write_memory_block', { value: 'x'.repeat(5_001) })).toBe('limit_exceeded')
    const { blocks } = await answer('read_memory', args)
    expect(blocks[0]).toMatchObject({ value: 'Likes tea.', version: 1 })
  })

  it('too long for one answer are read piece by piece', async () => {
    const whole = 'Zeile "ä" 😀\n'.repeat(5_000)
    const args = { agent: 'Ada', label: 'long' }
    const written = await answer('write_memory_block', { ...args, value: whole, limit: 100_000 })
    expect(written.block.chars).toBe(60_000)
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const { blocks } = await answer('read_memory', { ...args, offset })
      read += blocks[0].value
      offset = blocks[0].next_offset
    }
    expect(read).toBe(whole)
    const { agent_id, truncated, left_out, hint } = await answer('read_memory', { agent: 'Ada' })
    expect({ truncated, left_out, hint }).toEqual({})
    expect((await client.read(`recollect://agents/${agent_id}/memory/long`)).text).toBe(whole)
  })
})

describe('archival memory', () => {
  beforeEach(() => answer('create_agent', { name: 'Ada' }))

  it('is inserted, found and deleted', async () => {
    const inserted = await answer('insert_archival', {
      agent: 'Ada',
      texts: [
        'The loom was built in Lyon.',
        'Tea is brewed at 80 degrees.',
        '東京は日本の首都です。',
      ],
      tags: ['facts'],
      source: 'book',
      created_at: '2026-02-03',
    })
    expect(inserted.count).toBe(3)
    expect(inserted.passages[0]).toMatchObject({ duplicate: false })
    const again = await answer('insert_archival', {
      agent: 'Ada',
      text: 'The loom was built in Lyon.',
      source: 'book',
    })
    expect(again.passages[0]).toMatchObject({ id: inserted.passages[0].id, duplicate: true })

    const found = await answer('search_archival', { agent: 'Ada', query: 'who built the loom' })
    expect(found.passages[0]).toMatchObject({
      text: 'The loom was built in Lyon.',
      tags: ['facts'],
      source: 'book',
      created_at: '2026-02-03T00:00:00.000Z',
      found_by: 'keyword',
      score: expect.any(Number),
    })
    const cjk = await answer('search_archival', { agent: 'Ada', query: '首都' })
    expect(cjk.passages).toHaveLength(1)
    const dated = { agent: 'Ada', after: '2026-02-03', before: '2026-02-03' }
    expect((await answer('search_archival', dated)).passages).toHaveLength(3)
    const uri = `recollect://passages/${inserted.passages[1].id}`
    expect(JSON.parse((await client.read(uri)).text).passages[0].text).toMatch(/^Tea/)

    const passage_id = inserted.passages[1].id
    const deleted = await answer('delete_archival', { agent: 'Ada', passage_id })
    expect(deleted).toEqual({ deleted: true, passage_id })
    expect(await refusal('delete_archival', { agent: 'Ada', passage_id })).toMatchObject({
      code: 'not_found',
    })
  })

  it('takes either text or texts, and dates that are dates', async () => {
    for (const wrong of [
      {},
      { texts: [] },
      { text: 'a', texts: ['b'] },
      { text: 'a', created_at: 'x' },
    ]) {
      const { code } = await refusal('insert_archival', { agent: 'Ada', ...wrong })
      expect(code).toBe('invalid_argument')
    }
    const { code } = await refusal('search_archival', { agent: 'Ada', after: 'yesterday' })
    expect(code).toBe('invalid_argument')
  })

  it('comes in pages that fit and lead on to everything', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `Note ${index} ${'loom '.repeat(300)}`)
    await answer('insert_archival', { agent: 'Ada', texts })
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await answer('search_archival', {
        agent: 'Ada',
        query: 'loom',
        limit: 50,
        ...(cursor !== undefined && { cursor }),
      })
      for (const { id } of page.passages) seen.add(id)
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(seen.size).toBe(60)
  })

  it('with a passage too long for one answer is read piece by piece', async () => {
    const text = `loom ${'"quoted" '.repeat(9_000)}`
    await answer('insert_archival', { agent: 'Ada', text })
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const { passages } = await answer('search_archival', { agent: 'Ada', query: 'loom', offset })
      read += passages[0].text
      offset = passages[0].next_offset
    }
    expect(read).toBe(text)
  })
})

describe('a conversation', () => {
  beforeEach(() => answer('create_agent', { name: 'Ada', human: 'Likes tea.' }))

  it('is answered, can be searched, and shows its steps', async () => {
    provider.enqueue(
      callTool('core_memory_replace', {
        label: 'human',
        old_content: 'tea',
        new_content: 'coffee',
        request_heartbeat: true,
      }),
      callTool(
        'send_message',
        { message: 'Coffee it is.' },
        { reasoning: 'They changed their mind.' },
      ),
    )
    const run = await answer('send_message', {
      agent: 'Ada',
      message: 'I prefer coffee now.',
      include_steps: true,
    })
    expect(run).toMatchObject({
      status: 'completed',
      reply: 'Coffee it is.',
      stop_reason: 'end_turn',
    })
    expect(run.steps).toBe(2)
    expect(run.messages.map(({ type }: { type: string }) => type)).toEqual([
      'user_message',
      'tool_call_message',
      'tool_return_message',
      'reasoning_message',
      'assistant_message',
    ])
    expect(JSON.stringify(provider.requests[1]?.body)).toContain('Likes coffee.')
    const { blocks } = await answer('read_memory', { agent: 'Ada', label: 'human' })
    expect(blocks[0]).toMatchObject({ value: 'Likes coffee.', version: 2 })

    const { messages: _, ...short } = run
    expect(await answer('get_run', { run_id: run.run_id })).toEqual(short)
    expect(await answer('get_run', { run_id: run.run_id, include_steps: true })).toEqual(run)
    await expectSame(`recollect://runs/${run.run_id}`, 'get_run', { run_id: run.run_id })

    const found = await answer('search_conversation', {
      agent: 'Ada',
      query: 'coffee',
      roles: ['user'],
    })
    expect(found.messages).toHaveLength(1)
    expect(found.messages[0]).toMatchObject({ role: 'user', text: 'I prefer coffee now.' })
    const uri = `recollect://agents/${run.agent_id}`
    await expectSame(`${uri}/messages`, 'search_conversation', { agent: 'Ada' })

    const completions = [
      await client.complete(
        { template: 'recollect://runs/{run_id}' },
        { name: 'run_id', value: 'run-' },
      ),
      await client.complete({ prompt: 'load_memory' }, { name: 'agent', value: 'a' }),
    ]
    expect(completions).toEqual([[run.run_id], ['Ada']])
  })

  it('answers the same key with the same run', async () => {
    provider.enqueue(callTool('send_message', { message: 'Hi.' }))
    const args = { agent: 'Ada', message: 'Hello', idempotency_key: 'k1' }
    const first = await answer('send_message', args)
    const second = await answer('send_message', args)
    expect(second).toEqual(first)
    expect(provider.requests).toHaveLength(1)
    const other = { ...args, message: 'Bye' }
    expect(await refusal('send_message', other)).toMatchObject({ code: 'conflict' })
  })

  it('goes on without its caller, and can be cancelled', async () => {
    provider.enqueue(hang())
    const run = await answer('send_message', { agent: 'Ada', message: 'Hello', wait_seconds: 0.2 })
    expect(run).toMatchObject({ status: 'running', hint: expect.stringContaining('get_run') })
    const cancelled = await answer('cancel_run', { run_id: run.run_id })
    expect(cancelled).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
    expect(cancelled).not.toHaveProperty('hint')
  })

  it('that fails says why, and is there to be looked at', async () => {
    provider.enqueue(fail(401, { error: { message: 'Incorrect API key' } }))
    const result = await client.call('send_message', { agent: 'Ada', message: 'Hello' })
    expect(result.isError).toBe(true)
    expect(result.data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
    expect(result.data.error.message.length).toBeGreaterThan(10)
    expect(result.text).toContain(result.data.run_id)
    expect(result.text).toContain(result.data.error.message)
    expect(JSON.stringify(result)).not.toContain('sk-test-key')
    const run = await answer('get_run', { run_id: result.data.run_id })
    expect(run).toEqual(result.data)
  })

  it('reports its steps to a caller who wants to know', async () => {
    provider.enqueue(
      callTool('archival_memory_search', { query: 'tea', request_heartbeat: true }),
      say('Nothing found.'),
    )
    const heard: string[] = []
    await client.call(
      'send_message',
      { agent: 'Ada', message: 'What do you know about tea?' },
      { onProgress: ({ message }) => heard.push(message ?? '') },
    )
    expect(heard).toEqual(['Step 1', 'Calling archival_memory_search', 'Step 2'])
  })
})

describe('the context window', () => {
  it('is accounted for, and shown on request', async () => {
    const { agent } = await answer('create_agent', {
      name: 'Ada',
      human: 'Likes tea. '.repeat(400),
    })
    const account = await answer('inspect_context', { agent: 'Ada' })
    expect(account).toMatchObject({ context_window: 32_000, total_tokens: expect.any(Number) })
    expect(account.parts.length).toBeGreaterThan(2)
    expect(account).not.toHaveProperty('request')
    await expectSame(`recollect://agents/${agent.id}/context`, 'inspect_context', { agent: 'Ada' })
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const piece = await answer('inspect_context', { agent: 'Ada', include_text: true, offset })
      read += piece.request
      offset = piece.next_offset
    }
    expect(JSON.stringify(JSON.parse(read))).toBe(read)
    expect(read).toContain('Likes tea.')
  })
})
