import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { conversationSearch } from '../../src/agent/tools/conversation-search.ts'
import type { TrustedContext } from '../../src/agent/tools/inner-tool.ts'
import { speak } from '../agent/support.ts'
import { callTool, callTools, fail, say } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

const ADMIN_TOOLS = [
  'compact_context',
  'configure_agent',
  'list_models',
  'list_runs',
  'reset_messages',
  'stats',
]
const DEFAULTS = {
  embed_messages: false,
  compaction_threshold: 0.8,
  compaction_target: 0.5,
  compaction_mode: 'summarize',
  message_buffer_autoclear: false,
  reasoning: 'off',
  timezone: 'UTC',
  parallel_tool_calls: false,
  own_tools_need_approval: true,
}

let server: RealServer
beforeEach(async () => {
  server = await startRealServer(['core', 'admin'])
  await server.answer('create_agent', { name: 'Ada' })
})
afterEach(() => server.close())

const configure = (args: object = {}) => server.answer('configure_agent', { agent: 'Ada', ...args })

describe('the admin toolset', () => {
  it('is listed and served only where it is asked for', async () => {
    const names = (await server.client.tools()).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(ADMIN_TOOLS))
    const plain = await startRealServer()
    const core = (await plain.client.tools()).map(({ name }) => name)
    expect([...core, ...ADMIN_TOOLS].sort()).toEqual([...names].sort())
    const call = plain.client.call('configure_agent', { agent: 'Ada' })
    await expect(call).rejects.toMatchObject({ code: -32602 })
    await plain.close()
  })
})

describe('configure_agent', () => {
  it('shows the settings, changes those that are given and keeps the rest', async () => {
    expect((await configure()).settings).toEqual(DEFAULTS)
    const given = {
      compaction_threshold: 0.7,
      compaction_target: 0.3,
      compaction_mode: 'drop',
      summary_model: 'openai/scripted-small',
      message_buffer_autoclear: true,
      timezone: 'Asia/Tokyo',
      temperature: 0.5,
      max_output_tokens: 500,
      parallel_tool_calls: true,
      own_tools_need_approval: false,
      embed_messages: false,
      reasoning: 'low',
    }
    expect((await configure(given)).settings).toEqual(given)
    expect((await configure({ timezone: 'UTC' })).settings).toEqual({ ...given, timezone: 'UTC' })
    const { temperature, max_output_tokens, summary_model, ...others } = given
    const unset = {
      temperature: -1,
      max_output_tokens: 0,
      summary_model: '',
      timezone: 'Asia/Tokyo',
    }
    expect((await configure(unset)).settings).toEqual(others)
  })

  it.each([
    [{ timezone: 'Mars/Olympus' }, /"Mars\/Olympus" is no time zone.*Europe\/Berlin/],
    [{ compaction_target: 0.8 }, /compaction_target \(0.8\) must be below.*Nothing was changed/],
    [{ compaction_threshold: 0.4 }, /must be below compaction_threshold \(0.4\)/],
    [{ compaction_threshold: 0.99 }, /Nothing was changed/],
    [{ compaction_target: 0 }, /Nothing was changed/],
    [{ temperature: 3 }, /temperature/],
    [{ max_output_tokens: -5 }, /Nothing was changed/],
    [{ summary_model: 'nobody/knows' }, /Known providers/],
    [{ compaction_mode: 'forget' }, /compaction_mode/],
  ])('refuses %j, says why, and changes nothing', async (wrong, reason) => {
    const args = { agent: 'Ada', message_buffer_autoclear: true, ...wrong }
    const { code, message } = await server.refusal('configure_agent', args)
    expect(code).toBe('invalid_argument')
    expect(message).toMatch(reason)
    expect((await configure()).settings).toEqual(DEFAULTS)
  })

  it("sets the model's parameters and the agent's time zone", async () => {
    await configure({ temperature: 0.25, max_output_tokens: 321, timezone: 'Asia/Tokyo' })
    server.provider.enqueue(speak('Hello!'))
    await server.answer('send_message', { agent: 'Ada', message: 'Hi' })
    const body = server.provider.requests.at(-1)?.body
    expect(body.temperature).toBe(0.25)
    expect([body.max_tokens, body.max_completion_tokens]).toContain(321)
    expect(body.messages.at(-1).content).toContain('timezone="Asia/Tokyo"')
  })
})

describe('the context', () => {
  const talk = async (turns: number) => {
    server.provider.respondWith(({ tools }) => (tools ? speak('Noted.') : say('Likes boats.')))
    for (let turn = 1; turn <= turns; turn += 1) {
      await server.answer('send_message', { agent: 'Ada', message: `Boat ${turn} is blue.` })
    }
  }
  const shown = async () =>
    (await server.answer('inspect_context', { agent: 'Ada', include_text: true })).request

  it('is compacted on demand, if there is anything to compact', async () => {
    expect(await server.answer('compact_context', { agent: 'Ada' })).toEqual({
      evicted: 0,
      summary: 'none',
    })
    await talk(4)
    await configure({ compaction_target: 0.1 })
    const { evicted, summary } = await server.answer('compact_context', { agent: 'Ada' })
    expect({ evicted: evicted > 0, summary }).toEqual({ evicted: true, summary: 'model' })
    expect(await shown()).toContain('Likes boats.')
    expect(await shown()).not.toContain('Boat 1 is blue.')
    const found = await server.answer('search_conversation', { agent: 'Ada', query: 'boat 1' })
    expect(JSON.stringify(found.messages)).toContain('Boat 1 is blue.')
  })

  it('is emptied on demand, and recall keeps everything', async () => {
    await talk(2)
    const refused = await server.refusal('reset_messages', { agent: 'Ada' })
    expect(refused).toMatchObject({ code: 'invalid_argument' })
    expect(refused.message).toMatch(/Nothing was changed.*confirm: true/)
    expect(await shown()).toContain('is blue.')
    const confirmed = { agent: 'Ada', confirm: true }
    const { messages } = await server.answer('reset_messages', confirmed)
    expect(messages).toBe(6)
    expect(await shown()).not.toContain('is blue.')
    expect((await server.answer('reset_messages', confirmed)).messages).toBe(0)
    const found = await server.answer('search_conversation', { agent: 'Ada', query: 'boat' })
    expect(found.messages.length).toBeGreaterThan(1)
  })
})

describe('the inventory', () => {
  it('lists runs, newest first, by agent and status, page by page', async () => {
    await server.answer('create_agent', { name: 'Bob' })
    server.provider.respondWith(() => speak('Yes.'))
    const send = (agent: string, message: string) =>
      server.answer('send_message', { agent, message })
    const first = await send('Ada', 'One')
    const second = await send('Bob', 'Two '.repeat(100))
    server.provider.respondWith(() => fail(400))
    const failed = await server.client.call('send_message', { agent: 'Ada', message: 'Three' })
    const idsOf = async (args: object) =>
      (await server.answer('list_runs', args)).runs.map(({ run_id }: { run_id: string }) => run_id)
    expect(await idsOf({})).toEqual([failed.data.run_id, second.run_id, first.run_id])
    expect(await idsOf({ agent: 'Ada' })).toEqual([failed.data.run_id, first.run_id])
    expect(await idsOf({ status: 'completed' })).toEqual([second.run_id, first.run_id])
    expect(await idsOf({ status: 'completed', agent: 'Ada' })).toEqual([first.run_id])
    expect(await idsOf({ status: 'queued' })).toEqual([])
    const page = await server.answer('list_runs', { limit: 2 })
    expect(await idsOf({ limit: 2, cursor: page.next_cursor })).toEqual([first.run_id])
    expect(page.runs[0]).toMatchObject({
      status: 'failed',
      message: 'Three',
      error_code: 'model_unavailable',
    })
    expect([...page.runs[1].message].length).toBeLessThan(100)
    expect((await server.refusal('list_runs', { agent: 'Eve' })).code).toBe('not_found')
  })

  it('counts agents and what they hold', async () => {
    server.provider.respondWith(() => speak('Yes.'))
    await server.answer('send_message', { agent: 'Ada', message: 'One' })
    await server.answer('insert_archival', { agent: 'Ada', texts: ['a', 'b', 'c'] })
    const all = await server.answer('stats')
    const { database_bytes, schema_version, tokens, tokens_today, ...counts } = all
    expect(tokens).toEqual({
      conversation: tokens.total,
      background: 0,
      summary: 0,
      total: expect.any(Number),
    })
    expect(tokens.total).toBeGreaterThan(0)
    expect(tokens_today).toEqual(tokens)
    expect(counts).toEqual({
      agents: 1,
      blocks: 2,
      messages: 3,
      passages: 3,
      passages_superseded: 0,
      passages_found: 0,
      runs: { completed: 1 },
    })
    expect(database_bytes).toBeGreaterThan(10_000)
    expect(schema_version).toBeGreaterThan(3)
  })

  it('counts superseded, found and embedded passages', async () => {
    await server.answer('create_agent', { name: 'Eve', embedding: 'local/hash' })
    const [kite] = (await server.answer('insert_archival', { agent: 'Eve', text: 'A red kite' }))
      .passages
    const newer = { agent: 'Eve', text: 'A blue kite', supersedes: kite.id }
    await server.answer('insert_archival', newer)
    server.provider.enqueue(
      callTool('archival_memory_search', { query: 'kite', request_heartbeat: true }),
      speak('Blue.'),
    )
    await server.answer('send_message', { agent: 'Eve', message: 'Which kite?' })
    await expect
      .poll(async () => (await server.answer('stats')).embeddings?.[0]?.embedded, {
        timeout: 20_000,
      })
      .toBe(2)
    expect(await server.answer('stats')).toMatchObject({
      passages_superseded: 1,
      passages_found: 1,
      embeddings: [{ model: 'local/hash', dimension: 1024, waiting: 0, given_up: 0 }],
      vector_index_bytes: 0,
    })
  })

  it('lists models, with the default, and without a secret', async () => {
    const all = await server.answer('list_models')
    expect(all).toMatchObject({
      default_model: 'openai/scripted',
      reason: 'RECOLLECT_MODEL is set',
      providers: [{ name: 'openai', reachable: true }],
    })
    expect(all.models.every((handle: string) => handle.startsWith('openai/'))).toBe(true)
    expect(all.models.length).toBe(all.providers[0].models)
    expect(JSON.stringify(all)).not.toContain('sk-test-key')
    const none = await server.answer('list_models', { query: 'no such model' })
    expect(none.models).toEqual([])
  })
})

/** The most searches that were under way at the same time, from here on. */
function watchSearches(): () => number {
  const bind = conversationSearch.bind.bind(conversationSearch)
  let [now, most] = [0, 0]
  vi.spyOn(conversationSearch, 'bind').mockImplementation((args) => {
    const bound = bind(args)
    if (bound.trust !== 'trusted' || !('run' in bound)) return bound
    return {
      ...bound,
      async run(context: TrustedContext, signal: AbortSignal) {
        now += 1
        most = Math.max(most, now)
        await sleep(100)
        now -= 1
        return bound.run(context, signal)
      },
    }
  })
  return () => most
}

describe('parallel_tool_calls', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    [true, 3],
    [false, 1],
  ])(
    '%s: calls that only read are made %d at a time, with results in their order',
    async (on, most) => {
      const mostAtOnce = watchSearches()
      await configure({ parallel_tool_calls: on })
      const search = (query: string) => ({
        name: 'conversation_search',
        arguments: { query, request_heartbeat: true },
      })
      server.provider.enqueue(callTools(['one', 'two', 'three'].map(search)), speak('Done.'))
      const { reply } = await server.answer('send_message', { agent: 'Ada', message: 'Look' })
      expect(reply).toBe('Done.')
      expect(mostAtOnce()).toBe(most)
      const { messages } = server.provider.requests.at(-1)?.body ?? {}
      const made = messages.flatMap((each: { tool_calls?: readonly { id: string }[] }) =>
        (each.tool_calls ?? []).map(({ id }) => id),
      )
      const results = messages.filter(({ role }: { role: string }) => role === 'tool')
      expect(made).toHaveLength(3)
      expect(results.map((each: { tool_call_id: string }) => each.tool_call_id)).toEqual(made)
    },
  )
})
