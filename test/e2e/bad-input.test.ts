import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../support/connect.ts'
import {
  callTool,
  fail,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import {
  expectPureStdout,
  expectSentences,
  newHome,
  type RawServer,
  removeHomes,
  startRaw,
  withModel,
} from './support.ts'

/* Whatever comes in is answered with a sentence that says what to do, nothing is half-done, the server stays up. */

afterAll(removeHomes)

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider.close())

function speak(message: string) {
  return callTool('send_message', { message })
}

describe('a call with bad arguments', () => {
  let client: Connection
  let agent: string

  beforeAll(async () => {
    const environment = withModel(newHome(), provider)
    client = await connect('v2-auto', { kind: 'stdio', environment })
  })
  beforeEach(async () => {
    agent = (await answer('create_agent', { human: 'tea and tea' })).agent.id
  })
  afterAll(() => client.close())

  async function answer(tool: string, args: object = {}) {
    const result = await client.call(tool, args)
    expect(result.isError, result.text).toBe(false)
    return result.data
  }

  async function refusal(tool: string, args: object, code: string): Promise<string> {
    const result = await client.call(tool, args)
    expect(result).toMatchObject({ isError: true, data: { error: { code, message: result.text } } })
    expectSentences(result.text)
    return result.text
  }

  const human = async () => {
    const { blocks } = await answer('read_memory', { agent, label: 'human' })
    return blocks[0]
  }

  it('says that there is no such agent, and how to list agents', async () => {
    expect(await refusal('get_agent', { agent: 'Nobody' }, 'not_found')).toMatch(
      /"Nobody".*list_agents/,
    )
    const unknown = 'agent-00000000-0000-4000-8000-000000000000'
    expect(await refusal('send_message', { agent: unknown, message: 'Hi' }, 'not_found')).toMatch(
      /list_agents/,
    )
    // An empty text counts as absent where it can never be valid.
    await refusal('get_agent', { agent: '' }, 'invalid_argument')
  })

  it('names the agents that a name could mean, and does nothing to any of them', async () => {
    const ids = []
    for (const _ of [1, 2]) ids.push((await answer('create_agent', { name: 'Twin' })).agent.id)
    const text = await refusal('delete_agent', { agent: 'Twin', confirm: true }, 'invalid_argument')
    for (const id of ids) expect(text).toContain(id)
    await refusal('get_agent', { agent: 'twin' }, 'not_found')
    expect((await answer('list_agents', { query: 'Twin' })).agents).toHaveLength(2)
  })

  it('names the unknown argument, the nearest one and the others', async () => {
    const text = await refusal('get_agent', { agent_id: agent }, 'invalid_argument')
    expect(text).toMatch(/agent_id.*agent/)
    const nested = { blocks: [{ label: 'x', value: 'y', readonly: true }] }
    expect(await refusal('create_agent', nested, 'invalid_argument')).toMatch(/readonly.*read_only/)
    const polluted = JSON.parse(`{"agent":"${agent}","__proto__":{"confirm":true}}`)
    expect((await client.call('delete_agent', polluted)).isError).toBe(true)
    await answer('get_agent', { agent })
  })

  it('over the limit of a block changes nothing, and states the limit and the size', async () => {
    const value = '🙂'.repeat(5_001)
    const write = { agent, label: 'human', value }
    expect(await refusal('write_memory_block', write, 'limit_exceeded')).toMatch(/5000.*5001/)
    const append = { agent, label: 'human', text: 'x'.repeat(4_990) }
    expect(await refusal('append_to_memory_block', append, 'limit_exceeded')).toMatch(/5000.*5002/)
    expect(await human()).toMatchObject({ value: 'tea and tea', version: 1 })
    await answer('write_memory_block', { ...write, value: '🙂'.repeat(5_000) })
    expect(await human()).toMatchObject({ chars: 5_000, version: 2 })
  })

  it('that would succeed only in part changes nothing', async () => {
    const blocks = [
      { label: 'good', value: 'Fine.' },
      { label: 'bad', value: 'x'.repeat(11), limit: 10 },
    ]
    await refusal('create_agent', { name: 'Halfling', blocks }, 'limit_exceeded')
    const twice = [blocks[0], blocks[0]]
    await refusal('create_agent', { name: 'Halfling', blocks: twice }, 'conflict')
    await refusal('create_agent', { name: 'Halfling', block_ids: ['block-1'] }, 'not_found')
    expect((await answer('list_agents', { query: 'Halfling' })).agents).toEqual([])
    const texts = ['Good.', 'Good too.', '   ']
    await refusal('insert_archival', { agent, texts }, 'invalid_argument')
    expect((await answer('search_archival', { agent })).passages).toEqual([])
  })

  it('that would replace one of two occurrences replaces none', async () => {
    const edit = { agent, label: 'human', old_text: 'tea', new_text: 'rain' }
    expect(await refusal('replace_in_memory_block', edit, 'invalid_argument')).toMatch(/2 times/)
    await refusal('replace_in_memory_block', { ...edit, old_text: '' }, 'invalid_argument')
    await refusal('replace_in_memory_block', { ...edit, old_text: 'Tea' }, 'invalid_argument')
    expect(await human()).toMatchObject({ value: 'tea and tea', version: 1 })
  })

  it('with an outdated version changes nothing, and states the current one', async () => {
    await answer('write_memory_block', { agent, label: 'human', value: 'One tea.' })
    const stale = { agent, label: 'human', expected_version: 1 }
    const edits = [
      ['write_memory_block', { ...stale, value: 'Mine.' }],
      ['replace_in_memory_block', { ...stale, old_text: 'tea', new_text: 'rain' }],
      ['append_to_memory_block', { ...stale, text: 'Mine.' }],
      ['write_memory_block', { ...stale, value: 'Mine.', expected_version: 0 }],
    ] as const
    for (const [tool, args] of edits) {
      expect(await refusal(tool, args, 'conflict')).toMatch(/version 2,[\s\S]*One tea\./)
    }
    expect(await human()).toMatchObject({ value: 'One tea.', version: 2 })
    const fresh = { agent, label: 'new', value: 'x', expected_version: 1 }
    await refusal('write_memory_block', fresh, 'conflict')
    await answer('write_memory_block', { ...fresh, expected_version: 0 })
  })

  it('of an idempotency key for another message is a conflict', async () => {
    provider.enqueue(speak('Hello.'))
    const key = { agent, idempotency_key: 'once' }
    const run = await answer('send_message', { ...key, message: 'Hi' })
    expect((await answer('send_message', { ...key, message: 'Hi' })).run_id).toBe(run.run_id)
    await refusal('send_message', { ...key, message: 'Bye' }, 'conflict')
  })

  it('from the model itself is answered to the model, and the user gets a reply', async () => {
    provider.enqueue(
      callTool('core_memory_append', '{"label": "human", "content'),
      callTool('launch_rocket', { to: 'the moon' }),
      speak('I am sorry.'),
    )
    const run = await answer('send_message', { agent, message: 'Hi', include_steps: true })
    expect(run).toMatchObject({ status: 'completed', reply: 'I am sorry.', steps: 3 })
    const returns = run.messages.filter(
      ({ type }: { type: string }) => type === 'tool_return_message',
    )
    expect(returns).toMatchObject([
      { status: 'error', text: expect.stringContaining('not valid JSON') },
      { status: 'error', text: expect.stringContaining('no tool "launch_rocket"') },
    ])
    expect((await human()).value).toBe('tea and tea')
  })
})

describe('a model that', () => {
  let client: Connection
  afterEach(() => client.close())

  async function failing(environment: Readonly<Record<string, string>>) {
    client = await connect('v2-auto', { kind: 'stdio', environment })
    await client.call('create_agent', { name: 'Ada' })
    const result = await client.call('send_message', { agent: 'Ada', message: 'Are you there?' })
    expect(result.isError).toBe(true)
    expectSentences(result.text)
    expect(result.data).toMatchObject({
      status: 'failed',
      stop_reason: 'model_error',
      error: { code: 'model_unavailable' },
    })
    expect(JSON.stringify(result)).not.toContain('sk-e2e-secret-key')
    const kept = await client.call('search_conversation', { agent: 'Ada', query: 'there' })
    expect(kept.data.messages).toMatchObject([{ role: 'user', text: 'Are you there?' }])
    const run = await client.call('get_run', { run_id: result.data.run_id })
    expect(run).toMatchObject({ isError: false, data: { error: result.data.error } })
    return result
  }

  it('can not be reached is named with its address', async () => {
    const port = await freePort()
    const baseUrl = `http://127.0.0.1:${port}/v1`
    const { text } = await failing(withModel(newHome(), { baseUrl }))
    expect(text).toContain(`127.0.0.1:${port}`)
  })

  it('rejects the key is reported with the variable that holds it, without the key', async () => {
    provider.enqueue(fail(401, { error: { message: 'Incorrect API key: sk-e2e-secret-key' } }))
    const { text } = await failing(withModel(newHome(), provider))
    expect(text).toMatch(/401.*OPENAI_API_KEY/)
    provider.enqueue(speak('Now I am.'))
    const next = await client.call('send_message', { agent: 'Ada', message: 'And now?' })
    expect(next.data).toMatchObject({ status: 'completed', reply: 'Now I am.' })
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('requests for unknown things', () => {
  let server: RawServer
  beforeEach(() => {
    server = startRaw({ ...withModel(newHome(), provider), RECOLLECT_LOG: 'debug' })
  })
  afterEach(async () => {
    server.process.stdin.end()
    expect(await server.ended()).toEqual({ code: 0, signal: null })
    expectPureStdout(server.written())
  })

  it('are answered with errors', async () => {
    await server.initialize()
    expect((await server.ask('no/such/method')).error?.code).toBe(-32601)
    const unknown = await server.ask('tools/call', { name: 'no_such_tool', arguments: {} })
    expect(unknown.error).toMatchObject({ code: -32602 })
    const bad: readonly (readonly [string, object])[] = [
      ['tools/call', { name: 7 }],
      ['resources/list', { cursor: 7 }],
      ['prompts/get', {}],
      ['initialize', { protocolVersion: 7 }],
    ]
    for (const [method, params] of bad) {
      const { error } = await server.ask(method, params)
      expect(error?.code, method).toBe(-32602)
      expect(error?.message).toMatch(/^Bad [\w/]+: params\.\w+: [^\n{]+\.$/)
    }
    expect((await server.ask('resources/read', { uri: 'recollect://nothing' })).error).toBeDefined()
    expect((await server.ask('resources/read', { uri: 'file:///etc/passwd' })).error).toBeDefined()
    const list = await server.ask('tools/call', { name: 'list_agents', arguments: ['x'] })
    expect(list.error ?? list.result.isError).toBeTruthy()
    expect((await server.ask('ping')).result).toBeDefined()
  })
})

describe('stdout', () => {
  it('carries nothing but JSON-RPC while agents work, fail and are watched', async () => {
    const server = startRaw({ ...withModel(newHome(), provider), RECOLLECT_LOG: 'debug' })
    await server.initialize()
    const call = (name: string, args: object) =>
      server.ask('tools/call', { name, arguments: args, _meta: { progressToken: name } })
    await call('create_agent', { name: 'Ada' })
    provider.enqueue(callTool('archival_memory_search', { query: 'x', request_heartbeat: true }))
    provider.enqueue(speak('Hello.'), fail(401))
    const sent = await call('send_message', { agent: 'Ada', message: 'Hi' })
    expect(sent.result.structuredContent.reply).toBe('Hello.')
    const failed = await call('send_message', { agent: 'Ada', message: 'Hi' })
    expect(failed.result.isError).toBe(true)
    server.process.stdin.end()
    await server.ended()
    expectPureStdout(server.written())
    expect(server.written()).toContain('notifications/progress')
    expect(server.errors() + server.written()).not.toContain('sk-e2e-secret-key')
    for (const line of server
      .errors()
      .split('\n')
      .filter((part) => part !== '')) {
      expect(JSON.parse(line)).toMatchObject({ at: expect.any(String), level: expect.any(String) })
    }
  })
})
