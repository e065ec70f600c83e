import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Run } from '../../src/core/run.ts'
import { freePort } from '../support/free-port.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { PATIENT } from './patient.ts'
import { speak } from './support.ts'

/* Models that come and go under agents: an Ollama that nobody set up, and keys that are set or not. */

type Settings = Readonly<Record<string, string>>

let home: string
let port: number
let ollama: ScriptedProvider | undefined
const apps = new Set<App>()

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'recollect-models-'))
  port = await freePort()
})
afterEach(async () => {
  for (const app of apps) await app.close()
  apps.clear()
  await ollama?.close()
  ollama = undefined
  leaveDatabaseOf(home)
  await rm(home, { recursive: true })
})

/** Recollect on the same data, with these settings alone. */
async function open(settings: Settings = {}): Promise<App> {
  const environment = {
    RECOLLECT_HOME: home,
    ...databaseOf(home),
    OLLAMA_HOST: `127.0.0.1:${port}`,
  }
  const config = readConfig({}, { ...environment, ...settings })
  const modelCalls = { ...config.modelCalls, firstPauseMilliseconds: 1 }
  const app = await openApp({ ...config, modelCalls }, () => undefined)
  apps.add(app)
  return app
}

async function close(app: App): Promise<void> {
  apps.delete(app)
  await app.close()
}

async function startOllama(listMilliseconds = 0): Promise<ScriptedProvider> {
  ollama = await startScriptedProvider({ models: ['qwen3:8b'], port, listMilliseconds })
  // As many tokens as it was sent, or it would seem to have dropped some.
  const usage = { prompt_tokens: 2_000, completion_tokens: 20 }
  ollama.respondWith(() => callTool('send_message', { message: 'I am real.' }, { usage }))
  return ollama
}

async function stopOllama(): Promise<void> {
  await ollama?.close()
  ollama = undefined
}

async function createAgent({ context }: App, fields: { readonly model?: string } = {}) {
  return (await context.agents.create(fields)).agent.id
}

/** Sends, and waits until the run is over or put aside. */
async function talk(app: App, agent: string, text = 'Hi') {
  const { runs } = app.context
  const { run } = await runs.send({ agent, text })
  return runs.wait(run.id, 20_000, new AbortController().signal)
}

const stateOf = async (app: App, id: Run['id']) => (await app.context.runs.get(id)).run

describe('an agent that has run on an Ollama found without configuration', () => {
  it('finds a slow Ollama, waits with a reason while it is gone, and continues when it is back', async () => {
    await startOllama(1_000)
    const app = await open()
    const agent = await createAgent(app)
    expect(await talk(app, agent)).toMatchObject({ reply: 'I am real.', run: { warnings: [] } })

    await stopOllama()
    const waiting = await talk(app, agent, 'Still there?')
    expect(waiting.run).toMatchObject({ status: 'waiting', waitingFor: 'model', error: null })
    expect(waiting.run.warnings.join()).toMatch(/Ollama.*goes on by itself/s)
    const behind = await app.context.runs.send({ agent, text: 'And I?' })
    expect(behind.run.warnings.join()).toContain(waiting.run.id)

    await startOllama(1_000)
    await expect
      .poll(() => stateOf(app, behind.run.id), PATIENT)
      .toMatchObject({ status: 'completed' })
    expect(await stateOf(app, waiting.run.id)).toMatchObject({
      status: 'completed',
      missing: null,
      warnings: [],
    })
    expect(ollama?.requests).toHaveLength(2)
  })

  it('waits through a restart, and can be cancelled', async () => {
    await startOllama()
    const before = await open()
    const agent = await createAgent(before)
    await talk(before, agent)
    await stopOllama()
    await close(before)

    const app = await open()
    const first = await talk(app, agent, 'One')
    expect(first.run).toMatchObject({ status: 'waiting', waitingFor: 'model' })
    expect(first.run.warnings.join()).toMatch(/has run on ollama\/qwen3:8b.*Start Ollama/s)
    await close(app)
    const again = await open()
    const cancelled = await again.context.runs.cancel(first.run.id)
    expect(cancelled.run).toMatchObject({ status: 'cancelled', missing: null })
    const second = await talk(again, agent, 'Two')
    expect(second.run.status).toBe('waiting')
    await startOllama()
    await expect
      .poll(() => stateOf(again, second.run.id), PATIENT)
      .toMatchObject({ status: 'completed' })
    const { body } = ollama?.requests.at(-1) ?? {}
    expect(JSON.stringify(body.messages)).toMatch(/One.*Two/s)
  })

  it('continues on another server that has a model', async () => {
    await startOllama()
    const app = await open()
    const agent = await createAgent(app)
    await talk(app, agent)
    const { run } = await (async () => {
      await stopOllama()
      return talk(app, agent, 'Who takes me?')
    })()
    expect(run.status).toBe('waiting')
    const vendor = await startScriptedProvider()
    try {
      vendor.respondWith(() => speak('I do.'))
      const other = await open({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: vendor.baseUrl })
      await expect.poll(() => stateOf(app, run.id), PATIENT).toMatchObject({ status: 'completed' })
      expect((await other.context.runs.get(run.id)).reply).toBe('I do.')
    } finally {
      await vendor.close()
    }
  })

  it('exports that fact in its file', async () => {
    await startOllama()
    const app = await open()
    const agent = await createAgent(app)
    await talk(app, agent)
    await stopOllama()
    const { text } = await app.context.transfer.export(agent)
    const { agentId: copy } = await app.context.transfer.import(text)
    expect((await talk(app, copy)).run).toMatchObject({ status: 'waiting', waitingFor: 'model' })
  })

  it('is answered by the rehearsal model if that was configured', async () => {
    await startOllama()
    const before = await open()
    const agent = await createAgent(before)
    await talk(before, agent)
    await stopOllama()
    await close(before)
    const app = await open({ RECOLLECT_MODEL: 'offline/rehearsal' })
    expect((await talk(app, agent)).run.status).toBe('completed')
  })
})

describe('an agent whose model has no key', () => {
  const NAMED = { model: 'groq/llama-3.3-70b' }

  it('is answered by the default model with a warning if it has never run on a real one', async () => {
    await startOllama()
    const app = await open()
    const { run, reply } = await talk(app, await createAgent(app, NAMED))
    expect(reply).toBe('I am real.')
    expect(run.warnings.join()).toMatch(
      /groq\/llama-3.3-70b needs a key.*ollama\/qwen3:8b answered/s,
    )
  })

  it('is answered by the rehearsal model where no other exists, and the warning says both', async () => {
    const app = await open()
    const { run } = await talk(app, await createAgent(app, NAMED))
    expect(run).toMatchObject({ status: 'completed' })
    expect(run.warnings.join()).toMatch(/needs a key.*offline\/rehearsal answered/s)
  })

  it('waits for the key if it has run on a real model, even if other models exist', async () => {
    const vendor = await startScriptedProvider()
    try {
      vendor.respondWith(() => speak('I am Groq.'))
      const keys = { GROQ_API_KEY: 'gsk-test', GROQ_BASE_URL: vendor.baseUrl }
      const before = await open(keys)
      const agent = await createAgent(before, NAMED)
      expect((await talk(before, agent)).reply).toBe('I am Groq.')
      await close(before)

      await startOllama()
      const app = await open()
      const { run } = await talk(app, agent)
      expect(run).toMatchObject({ status: 'waiting', waitingFor: 'model' })
      expect(run.warnings.join()).toContain('GROQ_API_KEY')
      await close(app)
      const after = await open(keys)
      await expect
        .poll(() => stateOf(after, run.id), PATIENT)
        .toMatchObject({ status: 'completed' })
      expect(ollama?.requests).toHaveLength(0)
    } finally {
      await vendor.close()
    }
  })
})
