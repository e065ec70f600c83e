import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as OldHttpClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BINARY, CLIENT_KINDS, type ServeProcess, startServe } from '../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes } from './support.ts'

/* Approvals where the client can ask the person: in the course of the call, without another tool. */

let provider: ScriptedProvider
let serving: ServeProcess

function environment() {
  return {
    RECOLLECT_HOME: newHome(),
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
    RECOLLECT_TOOLSETS: 'all',
  }
}

beforeAll(async () => {
  provider = await startScriptedProvider()
  serving = await startServe(environment())
})
afterAll(async () => {
  expect(await serving.stop()).toBe(0)
  await provider.close()
  removeHomes()
})

type Reply = { action: 'accept'; content: { approve: boolean } } | { action: 'cancel' }
/** The person's answer, and the questions the person was asked. */
let reply: Reply
let questions: string[]

const CAPABILITIES = { capabilities: { elicitation: {} } }
const INFO = { name: 'asks-the-person', version: '0.0.0' }

const command = () => ({
  command: process.execPath,
  args: [BINARY],
  env: { PATH: process.env.PATH ?? '', ...environment() },
})

interface Caller {
  call(name: string, args: object): Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** `address` is what stands behind `/mcp`. */
async function open(
  kind: (typeof CLIENT_KINDS)[number],
  transport: string,
  address = '',
): Promise<Caller> {
  const url = new URL(`${serving.url}${address}`)
  if (kind === 'v1') {
    const client = new OldClient(INFO, CAPABILITIES)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params.message)
      return reply
    })
    const chosen =
      transport === 'http'
        ? new OldHttpClientTransport(url)
        : new OldStdioClientTransport({ ...command(), stderr: 'ignore' })
    // The v1 types do not know exactOptionalPropertyTypes.
    await client.connect(chosen as Parameters<OldClient['connect']>[0])
    return {
      call: async (name, args) =>
        contentOf(await client.callTool({ name, arguments: { ...args } })),
      close: () => client.close(),
    }
  }
  const client = new Client(INFO, {
    ...CAPABILITIES,
    ...(kind === 'v2-auto' && { versionNegotiation: { mode: 'auto' as const } }),
  })
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    questions.push(params.message)
    return reply
  })
  await client.connect(
    transport === 'http'
      ? new StreamableHTTPClientTransport(url)
      : new StdioClientTransport({ ...command(), stderr: 'ignore' }),
  )
  return {
    call: async (name, args) => contentOf(await client.callTool({ name, arguments: { ...args } })),
    close: () => client.close(),
  }
}

function contentOf(result: object): Record<string, unknown> {
  const content: unknown = Reflect.get(result, 'structuredContent')
  return typeof content === 'object' ? { ...content } : {}
}

const MATRIX = CLIENT_KINDS.flatMap((kind) =>
  ['stdio', 'http'].map((transport) => [kind, transport] as const),
)

describe.each(MATRIX)('a %s client that can ask the person, over %s', (kind, transport) => {
  let caller: Caller
  let agent: string
  beforeAll(async () => {
    caller = await open(kind, transport)
    const created = (await caller.call('create_agent', {})) as { agent: { id: string } }
    agent = created.agent.id
    const rule = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
    await caller.call('update_agent', { agent, tool_rules: [rule] })
  })
  afterAll(() => caller.close())
  /** The model first notes something, and speaks once it has the result. */
  beforeEach(() => {
    questions = []
    provider.respondWith(({ messages }) =>
      messages.at(-1)?.role === 'tool'
        ? callTool('send_message', { message: 'That is settled.' })
        : callTool('archival_memory_insert', {
            content: `A secret of ${kind} over ${transport}.`,
            request_heartbeat: true,
          }),
    )
  })

  it('dismisses the question about a call: the run waits, and the message was sent once', async () => {
    reply = { action: 'cancel' }
    const run = await caller.call('send_message', { agent, message: 'Keep this' })
    expect(run).toMatchObject({ status: 'requires_approval', stop_reason: 'requires_approval' })
    expect(questions).toHaveLength(1)
    expect(questions[0]).toContain('archival_memory_insert')
    expect(questions[0]).toContain(`A secret of ${kind} over ${transport}.`)
    const cancelled = await caller.call('cancel_run', { run_id: run.run_id })
    expect(cancelled).toMatchObject({ status: 'cancelled' })
  })

  it('denies a call: it is not run, and the agent continues', async () => {
    reply = { action: 'accept', content: { approve: false } }
    const run = await caller.call('send_message', { agent, message: 'Keep this' })
    expect(run).toMatchObject({ status: 'completed', reply: 'That is settled.' })
    expect((await caller.call('search_archival', { agent })).passages).toEqual([])
  })

  it('approves a call: it runs, and the agent continues, all in one request', async () => {
    reply = { action: 'accept', content: { approve: true } }
    const run = await caller.call('send_message', { agent, message: 'Keep this' })
    expect(run).toMatchObject({ status: 'completed', reply: 'That is settled.' })
    expect(questions).toHaveLength(1)
    expect((await caller.call('search_archival', { agent })).passages).toHaveLength(1)
    const { messages } = (await caller.call('search_conversation', {
      agent,
      roles: ['user'],
    })) as { messages: readonly unknown[] }
    expect(messages).toHaveLength(3)
  })

  it.skipIf(transport === 'stdio')('is asked at the address of that agent, too', async () => {
    const atAgent = await open(kind, transport, `/agents/${agent}?toolsets=core`)
    reply = { action: 'accept', content: { approve: false } }
    const run = await atAgent.call('send_message', { message: 'Keep this' })
    expect(run).toMatchObject({ status: 'completed', reply: 'That is settled.' })
    expect(questions).toHaveLength(1)
    await atAgent.close()
  })

  it('is asked before messages are embedded, and told what that costs', async () => {
    const created = (await caller.call('create_agent', { embedding: 'local/hash' })) as {
      agent: { id: string }
    }
    const args = { agent: created.agent.id, embed_messages: true }
    const isOn = async () =>
      ((await caller.call('configure_agent', { agent: created.agent.id })) as { settings: object })
        .settings
    reply = { action: 'accept', content: { approve: false } }
    expect(await caller.call('configure_agent', args)).toMatchObject({
      error: { message: expect.stringContaining('Nothing was changed') },
    })
    expect(await isOn()).toMatchObject({ embed_messages: false })
    reply = { action: 'accept', content: { approve: true } }
    await caller.call('configure_agent', args)
    expect(await isOn()).toMatchObject({ embed_messages: true })
    expect(questions).toHaveLength(2)
    expect(questions[0]).toMatch(/0 messages, about 0 tokens.*local\/hash/)
  })

  it('is asked before an agent is deleted', async () => {
    const created = (await caller.call('create_agent', { name: 'Gone' })) as {
      agent: { id: string }
    }
    const gone = { agent: created.agent.id }
    reply = { action: 'accept', content: { approve: false } }
    expect(await caller.call('delete_agent', gone)).toMatchObject({
      error: { code: 'invalid_argument' },
    })
    expect((await caller.call('get_agent', gone)).agent).toBeDefined()
    reply = { action: 'accept', content: { approve: true } }
    expect(await caller.call('delete_agent', gone)).toMatchObject({ deleted: true })
    expect(await caller.call('get_agent', gone)).toMatchObject({ error: { code: 'not_found' } })
    expect(questions).toHaveLength(2)
    expect(questions[0]).toContain('Gone')
  })

  it("is asked before an agent's context is emptied", async () => {
    reply = { action: 'cancel' }
    const refused = { error: { code: 'invalid_argument' } }
    expect(await caller.call('reset_messages', { agent })).toMatchObject(refused)
    reply = { action: 'accept', content: { approve: true } }
    expect(await caller.call('reset_messages', { agent })).toMatchObject({ agent_id: agent })
    expect(questions).toHaveLength(2)
    expect(questions[0]).toContain('conversation')
    expect(await caller.call('reset_messages', { agent, confirm: true })).toMatchObject({
      messages: 0,
    })
    expect(questions).toHaveLength(2)
  })
})
