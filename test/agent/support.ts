import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { NewAgent } from '../../src/core/agent-view.ts'
import type { Message } from '../../src/core/message.ts'
import type { Run } from '../../src/core/run.ts'
import type { McpContext } from '../../src/service/context.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import {
  callTool,
  type ReceivedRequest,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { openTestWire } from '../support/wires/wire-of-tests.ts'
import { startGate } from './gate.ts'

/** A run that is over, with what it left in the history. */
export interface Turn {
  readonly run: Run
  readonly reply: string
  readonly messages: readonly Message[]
}

type Sending = Omit<Parameters<McpContext['runs']['send']>[0], 'agent' | 'text'>

/** Agents over a real database, with a scripted model behind real HTTP. */
export interface World {
  readonly context: McpContext
  readonly provider: ScriptedProvider
  /** Completions asked for so far, those that are held included. */
  readonly asked: number
  createAgent(fields?: NewAgent): Promise<string>
  /** Sends and waits for the end. */
  talk(agent: string, text: string, options?: Sending): Promise<Turn>
  /** Sends and does not wait. */
  send(agent: string, text: string, options?: Sending): Promise<Run['id']>
  end(runId: Run['id']): Promise<Turn>
  /** Value of a block. */
  block(agent: string, label: string): Promise<string>
  /** The body of the completion asked for last, or of that number. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  request(index?: number): any
  /** From now on the model takes its time, until `release`. */
  hold(): void
  release(): void
  /** Stops, and starts again over the same data. */
  restart(): Promise<void>
  /** One more Recollect on the same data; the caller closes it. */
  openAnother(): Promise<App>
  close(): Promise<void>
}

const PATIENCE_MILLISECONDS = 15_000

export async function startWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-agent-'))
  const provider = await startScriptedProvider()
  const gate = await startGate(provider.baseUrl)
  const wire = await openTestWire(gate.baseUrl, ['openai'])
  const environment = {
    RECOLLECT_HOME: home,
    ...databaseOf(home),
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: wire.baseUrl,
    ...wire.environment,
    ...settings,
  }
  const config = readConfig({}, environment)
  const modelCalls = { ...config.modelCalls, firstPauseMilliseconds: 1 }
  const open = () => openApp({ ...config, modelCalls }, () => undefined)
  let app: App = await open()

  const world: World = {
    get context() {
      return app.context
    },
    provider,
    get asked() {
      return gate.arrived()
    },
    async createAgent(fields = {}) {
      return (await app.context.agents.create(fields)).agent.id
    },
    async talk(agent, text, options = {}) {
      return world.end(await world.send(agent, text, options))
    },
    async send(agent, text, options = {}) {
      return (await app.context.runs.send({ agent, text, ...options })).run.id
    },
    async end(runId) {
      const { runs } = app.context
      const view = await runs.wait(runId, PATIENCE_MILLISECONDS, new AbortController().signal)
      expect(['queued', 'running'], `run ${runId}`).not.toContain(view.run.status)
      return { ...view, messages: await runs.messages(runId) }
    },
    async block(agent, label) {
      return (await app.context.memory.read(agent, label)).blocks[0]?.block.value ?? ''
    },
    request: (index) => provider.requests.at(index ?? -1)?.body,
    hold: gate.hold,
    release: gate.release,
    async restart() {
      await app.close()
      app = await open()
    },
    openAnother: open,
    async close() {
      gate.release()
      await app.close()
      await wire.close()
      await gate.close()
      await provider.close()
      leaveDatabaseOf(home)
      await rm(home, { recursive: true })
      for (const { body } of provider.requests) expectWellFormed(body.messages)
      expect(wire.front?.refusals ?? []).toEqual([])
    },
  }
  return world
}

interface WireMessage {
  readonly role: string
  readonly content: string | null
  readonly tool_calls?: readonly { readonly id: string }[]
  readonly tool_call_id?: string
}

/** As every vendor wants it: one system message first, and every call answered once, right behind it. */
export function expectWellFormed(messages: readonly WireMessage[]): void {
  expect(messages.map(({ role }) => role).indexOf('system')).toBe(0)
  expect(messages.filter(({ role }) => role === 'system')).toHaveLength(1)
  let open: readonly string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      expect(open[0], 'a tool result behind its call').toBe(message.tool_call_id)
      open = open.slice(1)
      continue
    }
    expect(open, 'calls without a result').toEqual([])
    open = message.tool_calls?.map(({ id }) => id) ?? []
  }
  expect(open, 'calls without a result').toEqual([])
}

/** The tool results that a request shows, newest last. */
export function toolResults(request: ReceivedRequest['body']): readonly string[] {
  return request.messages
    .filter((message: WireMessage) => message.role === 'tool')
    .map((message: WireMessage) => withoutLastLine(message.content ?? ''))
}

export function systemText(request: ReceivedRequest['body']): string {
  return request.messages[0].content
}

/** Without what is put there for one request only. */
export function withoutLastLine(text: string): string {
  return text.replace(/\n\n(\(system\) [^\n]*\n)?<context [^\n]*\/>$/, '')
}

export function lastLine(request: ReceivedRequest['body']): string {
  return request.messages.at(-1).content.split('\n').at(-1)
}

/** The user's messages in a request, oldest first, each in one line, without the time before it. */
export function userLines(request: ReceivedRequest['body']): readonly string[] {
  return request.messages
    .filter(({ role }: WireMessage) => role === 'user')
    .flatMap(({ content }: WireMessage) => {
      expect(content).toMatch(STAMP)
      // Neighbouring messages of one role go out as one.
      const [, ...texts] = (content ?? '').split(STAMPS)
      return texts.map((text) => text.split('\n')[0])
    })
}

/** Without the line that says when the user said it, which has to be there. */
export function withoutStamp(text: string): string {
  const [stamp, rest] = [STAMP.exec(text)?.[0], text.replace(STAMP, '')]
  expect(stamp, text).toBeDefined()
  return rest
}

const STAMP = /^\[[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d\]\n/
const STAMPS = /(?:^|\n+)\[[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d\]\n/

/** How a memgpt_agent speaks. */
export function speak(message: string) {
  return callTool('send_message', { thinking: 'I answer.', message })
}

/** A call of a memgpt_agent that wants to go on. */
export function callOn(name: string, args: Readonly<Record<string, unknown>>) {
  return callTool(name, { thinking: 'First this.', ...args, request_heartbeat: true })
}
