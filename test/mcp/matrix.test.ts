import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CLIENT_KINDS,
  type ClientKind,
  type Connection,
  connect,
  type Environment,
  type ServeProcess,
  startServe,
} from '../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'

/* The built program, as each kind of client meets it over each transport. */

let home: string
let provider: ScriptedProvider
let environment: Environment
let serving: ServeProcess | undefined

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'recollect-matrix-'))
  provider = await startScriptedProvider()
  environment = {
    RECOLLECT_HOME: home,
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
  }
})

afterEach(async () => {
  await serving?.stop()
  serving = undefined
  await provider.close()
  await rm(home, { recursive: true })
})

const TRANSPORTS = ['stdio', 'http'] as const
const MATRIX = CLIENT_KINDS.flatMap((kind) =>
  TRANSPORTS.map((transport) => [kind, transport] as const),
)

async function open(kind: ClientKind, transport: (typeof TRANSPORTS)[number]): Promise<Connection> {
  if (transport === 'stdio') return connect(kind, { kind: 'stdio', environment })
  serving = await startServe(environment)
  return connect(kind, { kind: 'http', url: serving.url })
}

async function shut(client: Connection): Promise<void> {
  await client.close()
  if (serving !== undefined) expect(await serving.stop()).toBe(0)
  serving = undefined
}

describe.each(MATRIX)('%s over %s', (kind, transport) => {
  it('uses every core tool', async () => {
    const client = await open(kind, transport)
    expect(client.instructions).toContain('send_message')
    const used = new Set<string>()
    const call = async (tool: string, args: object = {}) => {
      used.add(tool)
      const result = await client.call(tool, { ...args })
      expect(result.isError, `${tool}: ${result.text}`).toBe(false)
      expect(JSON.parse(result.text)).toEqual(result.data)
      return result.data
    }
    const agent = 'Ada'
    const label = 'human'
    await call('create_agent', { name: agent, human: 'Likes tea.' })
    await call('list_agents', { query: 'ada' })
    await call('get_agent', { agent })
    await call('update_agent', { agent, tags: ['test'] })
    await call('read_memory', { agent })
    await call('write_memory_block', { agent, label, value: 'Likes cake.' })
    await call('replace_in_memory_block', { agent, label, old_text: 'cake', new_text: 'pie' })
    await call('append_to_memory_block', { agent, label, text: 'Lives in Ulm.' })
    const { passages } = await call('insert_archival', { agent, text: 'The loom is old.' })
    const found = await call('search_archival', { agent, query: 'loom' })
    expect(found.passages).toHaveLength(1)
    await call('delete_archival', { agent, passage_id: passages[0].id })
    provider.enqueue(callTool('send_message', { message: 'Hello!' }))
    const run = await call('send_message', { agent, message: 'Hi' })
    expect(run).toMatchObject({ status: 'completed', reply: 'Hello!' })
    await call('get_run', { run_id: run.run_id })
    await call('cancel_run', { run_id: run.run_id })
    // A call that waits for a person's yes, and is made after it.
    const rule = { type: 'requires_approval', tool_name: 'send_message' }
    await call('update_agent', { agent, tool_rules: [rule] })
    provider.enqueue(callTool('send_message', { message: 'Allowed.' }))
    const waiting = await call('send_message', { agent, message: 'And?' })
    expect(waiting).toMatchObject({ status: 'requires_approval', reply: '' })
    expect(waiting.pending_approvals).toMatchObject([{ tool_name: 'send_message' }])
    await call('respond_to_approval', { run_id: waiting.run_id, approve: true })
    const approved = await call('get_run', { run_id: waiting.run_id, wait_seconds: 10 })
    expect(approved).toMatchObject({ status: 'completed', reply: 'Allowed.' })
    await call('search_conversation', { agent, query: 'Hello' })
    await call('inspect_context', { agent })

    const uri = `recollect://agents/${run.agent_id}`
    const uris = (await client.resources()).map((resource) => resource.uri)
    expect(uris).toContain(`${uri}/memory/${label}`)
    expect((await client.read(`${uri}/memory/${label}`)).text).toBe('Likes pie.\nLives in Ulm.')
    await expect(client.read(`${uri}/nothing`)).rejects.toMatchObject({ code: -32602 })
    expect(await client.templates()).toHaveLength(7)
    expect(await client.prompts()).toHaveLength(3)
    expect(await client.prompt('load_memory', { agent })).toContain('Likes pie.')
    const typed = { name: 'agent', value: 'a' }
    expect(await client.complete({ prompt: 'load_memory' }, typed)).toEqual([agent])

    await call('delete_agent', { agent, confirm: true })
    expect([...used].sort()).toEqual((await client.tools()).map(({ name }) => name).sort())
    await expect(client.call('no_such_tool')).rejects.toMatchObject({ code: -32602 })
    await shut(client)
  })

  it('sees an agent change its memory, and finds it so after a restart', async () => {
    const first = await open(kind, transport)
    await first.call('create_agent', { name: 'Ada', human: 'Likes tea.' })
    provider.enqueue(
      callTool('core_memory_replace', {
        label: 'human',
        old_content: 'tea',
        new_content: 'coffee',
        request_heartbeat: true,
      }),
      callTool('send_message', { message: 'Coffee it is.' }),
    )
    const heard: number[] = []
    const run = await first.call(
      'send_message',
      { agent: 'Ada', message: 'I prefer coffee now.' },
      { onProgress: ({ progress }) => heard.push(progress) },
    )
    expect(run.data).toMatchObject({ status: 'completed', reply: 'Coffee it is.' })
    expect(heard.length).toBeGreaterThan(0)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    expect(JSON.stringify(provider.requests[1]?.body)).toContain('Likes coffee.')
    await shut(first)

    const second = await open(kind, transport)
    const { data: memory } = await second.call('read_memory', { agent: 'Ada', label: 'human' })
    expect(memory.blocks[0]).toMatchObject({ value: 'Likes coffee.', version: 2 })
    const { data: again } = await second.call('get_run', { run_id: run.data.run_id })
    expect(again).toEqual(run.data)
    await shut(second)
  })

  it('leaves without stopping the agent', async () => {
    const client = await open(kind, transport)
    await client.call('create_agent', { name: 'Ada' })
    provider.respondWith(() => callTool('send_message', { message: 'Late.' }))
    const { data: run } = await client.call('send_message', {
      agent: 'Ada',
      message: 'Hi',
      wait_seconds: 0,
    })
    expect(run.run_id).toMatch(/^run-/)
    const { data: ended } = await client.call('get_run', { run_id: run.run_id, wait_seconds: 20 })
    expect(ended).toMatchObject({ status: 'completed', reply: 'Late.' })
    await shut(client)
  })
})
