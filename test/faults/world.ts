import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import type { Config } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { type CallResult, type Connection, connectInProcess } from '../support/connect.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import { openTestWire } from '../support/wires/wire-of-tests.ts'
import { speak } from './answers.ts'
import { expectWellFormed, startVendor, type Vendor } from './vendor.ts'
import { textOf, type WireMessage } from './wire.ts'

/** OpenAI answers with JSON, a local engine with a stream; most faults come in both. */
export const FORMATS = [
  ['JSON', 'openai/scripted'],
  ['a stream', 'lmstudio/scripted'],
] as const

export const KEY = 'sk-canary-6f1d0c2b9a8e7745'

/** The whole program in this process, seen by a real client; behind it a vendor that misbehaves. */
export interface World {
  readonly app: App
  readonly client: Connection
  readonly vendor: Vendor
  /** Everything that was logged, before the log's own redaction. */
  readonly logged: readonly string[]
  createAgent(model: string, fields?: object): Promise<string>
  /** Sends and waits for the end, or for the run to be put aside. */
  send(agent: string, text?: string, args?: object): Promise<CallResult>
  configure(agent: string, settings: object): Promise<void>
  /** Value of the block `human`. */
  human(agent: string): Promise<string>
  close(): Promise<void>
}

const QUICK: Config['modelCalls'] = {
  totalMilliseconds: 20_000,
  idleMilliseconds: 10_000,
  firstPauseMilliseconds: 2,
}

export async function startWorld(
  modelCalls: Partial<Config['modelCalls']> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-faults-'))
  const vendor = await startVendor(speak('Here I am.'))
  const wire = await openTestWire(vendor.baseUrl, ['openai', 'lmstudio'])
  const logged: string[] = []
  const config = readConfig(
    {},
    {
      RECOLLECT_HOME: home,
      ...databaseOf(home),
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: wire.baseUrl,
      LMSTUDIO_API_KEY: KEY,
      LMSTUDIO_BASE_URL: wire.baseUrl,
      ...wire.environment,
      ...environment,
    },
  )
  const log = (...line: readonly unknown[]) => {
    logged.push(JSON.stringify(line))
  }
  const app = await openApp({ ...config, modelCalls: { ...QUICK, ...modelCalls } }, log)
  const client = await connectInProcess(
    createServerFactory({
      toolsets: ['core', 'admin'],
      version: '0.0.0',
      context: async () => app.context,
      log,
    }),
    'v2-auto',
  )
  return {
    app,
    client,
    vendor,
    logged,
    async createAgent(model, fields = {}) {
      const { data, text } = await client.call('create_agent', {
        model,
        human: 'Empty.',
        ...fields,
      })
      expect(data.agent, text).toBeDefined()
      return data.agent.id
    },
    send: (agent, text = 'Are you there?', args = {}) =>
      client.call('send_message', {
        agent,
        message: text,
        wait_seconds: 25,
        include_steps: true,
        ...args,
      }),
    async configure(agent, settings) {
      const { isError, text } = await client.call('configure_agent', { agent, ...settings })
      expect(isError, text).toBe(false)
    },
    human: async (agent) =>
      (await client.call('read_memory', { agent, label: 'human' })).data.blocks[0].value,
    async close() {
      await client.close()
      await app.close()
      await wire.close()
      await vendor.close()
      leaveDatabaseOf(home)
      await rm(home, { recursive: true })
      for (const { body } of vendor.requests) expectWellFormed(body.messages ?? [])
      expect(logged.join('\n')).not.toContain(KEY)
      expect(wire.front?.refusals ?? []).toEqual([])
    },
  }
}

/** The results of its calls, as the agent reads them. */
export function resultsIn({ vendor }: World): readonly string[] {
  return vendor
    .lastMessages()
    .filter(({ role }) => role === 'tool')
    .map((message) => textOf(message).replace(/\n\n(?:\(system\)[^\n]*\n)?<context [^\n]*$/, ''))
}

const STAMP = /^\[[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d\]\n/

/** The user's messages, one line each, without the time before it; fails where that time is missing. */
export function saidIn(messages: readonly WireMessage[]): readonly string[] {
  // Neighbours of one role go out as one message.
  const parts = messages.flatMap((message) => textOf(message).split(/\n\n(?=\[\w+day )/))
  return parts.map((part) => {
    expect(part).toMatch(STAMP)
    return part.replace(STAMP, '').split('\n')[0] ?? ''
  })
}

/** One user message, and the same number of results as calls, whatever happened. */
export function expectWhole(result: CallResult, sent = 'Are you there?'): void {
  const messages: readonly { readonly type: string; readonly text?: string }[] =
    result.data.messages
  const count = (type: string) => messages.filter((message) => message.type === type).length
  expect(messages[0]).toMatchObject({ type: 'user_message', text: sent })
  expect(count('user_message')).toBe(1)
  expect(count('tool_return_message')).toBe(count('tool_call_message'))
}

/** The run failed in a way that one can understand, its message stays, and the next one goes on. */
export async function expectFailure(
  world: World,
  agent: string,
  expected: {
    readonly error: RegExp
    readonly stop?: string
    readonly code?: string
    readonly requests?: number
    /** The next message finds this one put aside, with a summary of it. */
    readonly putsAside?: boolean
  },
): Promise<CallResult> {
  const before = world.vendor.requests.length
  const result = await world.send(agent)
  const { stop = 'model_error', code = 'model_unavailable', requests, putsAside = false } = expected
  expect(result.isError, result.text).toBe(true)
  expect(result.data).toMatchObject({ status: 'failed', stop_reason: stop, error: { code } })
  const { message, hint } = result.data.error
  expect(`${message} ${hint}`).toMatch(expected.error)
  expect(message).toMatch(/^.{10,500}\.$/)
  expect(hint).toMatch(/^.{10,500}\.$/)
  expect(JSON.stringify(result)).not.toContain(KEY)
  if (requests !== undefined) expect(world.vendor.requests.length - before).toBe(requests)
  expectWhole(result)
  expect(result.data.messages).toHaveLength(1)

  world.vendor.always(speak('Back again.'))
  const next = await world.send(agent, 'And now?')
  expect(next.data).toMatchObject({ status: 'completed', reply: 'Back again.' })
  const [system, ...said] = world.vendor.lastMessages()
  const lines = saidIn(said)
  expect(lines.at(-1)).toBe('And now?')
  // The refusal may have told a smaller window, which moved the first turn into the summary.
  const isInSight = lines.includes('Are you there?')
  expect(isInSight || putsAside).toBe(true)
  if (!isInSight) expect(system && textOf(system)).toMatch(/<summary[\s\S]*Are you there\?/)
  return result
}
