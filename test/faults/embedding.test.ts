import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import { startVendor, type Vendor } from './vendor.ts'
import { KEY } from './world.ts'

/* Inserts while the embedding endpoint misbehaves in every way, and what comes of it when it works again. */

const PASSAGES = Number(process.env.EMBED_PASSAGES ?? 2_000)
const AT_ONCE = 100
const PATIENCE = 60_000

type Answer = (response: ServerResponse, texts: readonly string[]) => void

let home: string
let vendor: Vendor
let app: App
let client: Connection
let warnings: string[]
/** How often a vector of each text was answered. */
let answered: Map<string, number>
let asked: number
let agent: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'recollect-embedding-'))
  vendor = await startVendor(() => undefined)
  warnings = []
  answered = new Map()
  asked = 0
  const environment = {
    RECOLLECT_HOME: home,
    RECOLLECT_EMBEDDING: 'openai/scripted',
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: vendor.baseUrl,
  }
  const modelCalls = {
    totalMilliseconds: 2_000,
    idleMilliseconds: 1_500,
    firstPauseMilliseconds: 2,
  }
  app = await openApp({ ...readConfig({}, environment), modelCalls }, (level, text, fields) => {
    if (level === 'warn' || level === 'error') warnings.push(`${text} ${JSON.stringify(fields)}`)
  })
  client = await connectInProcess(
    createServerFactory({
      toolsets: ['core'],
      version: '0.0.0',
      context: async () => app.context,
      log: () => undefined,
    }),
  )
  answer(vectors(vectorOf))
  agent = (await client.call('create_agent', {})).data.agent.id
  await insert(['The first of all.'])
  await allEmbedded(1)
})
afterEach(async () => {
  await client.close()
  await app.close()
  await vendor.close()
  await rm(home, { recursive: true })
  expect(warnings.join('\n')).not.toContain(KEY)
})

function answer(how: Answer): void {
  vendor.always((response, body) => {
    asked += 1
    how(response, (body as { readonly input: readonly string[] }).input)
  })
}

function vectorOf(text: string): readonly number[] {
  return [1, text.length, text.charCodeAt(0), text.charCodeAt(text.length - 1)]
}

/** NaN is sent as Python writes it. */
function vectors(of: (text: string) => readonly number[]): Answer {
  return (response, texts) => {
    const made = texts.map((text) => of(text))
    texts.forEach((text, index) => {
      if (made[index]?.join() === vectorOf(text).join())
        answered.set(text, (answered.get(text) ?? 0) + 1)
    })
    const data = made.map(
      (vector, index) =>
        `{"object":"embedding","index":${index},"embedding":[${vector.join(',')}]}`,
    )
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"object":"list","data":[${data.join(',')}],"model":"scripted"}`)
  }
}

function refuse(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: `refused with ${status}` } }))
  }
}

async function insert(texts: readonly string[]): Promise<void> {
  const result = await client.call('insert_archival', { agent, texts })
  expect(result.isError, result.text).toBe(false)
  expect(result.data.count).toBe(texts.length)
}

async function insertMany(): Promise<readonly string[]> {
  const texts = Array.from({ length: PASSAGES }, (_, index) => `Passage number ${index}.`)
  for (let start = 0; start < PASSAGES; start += AT_ONCE)
    await insert(texts.slice(start, start + AT_ONCE))
  return texts
}

async function counts() {
  const [set] = await app.storage.embeddings.counts()
  return set
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await holds()); await sleep(10)) {
    if (Date.now() > end) throw new Error(`${what}: never, ${JSON.stringify(await counts())}`)
  }
}

const allEmbedded = (count: number) =>
  until('all is embedded', async () => (await counts())?.embedded === count)

const FAULTS: readonly (readonly [fault: string, answer: Answer])[] = [
  ['is dead', (response) => response.socket?.destroy()],
  ['answers nothing', () => undefined],
  ['is too slow', (response) => void setTimeout(() => response.destroy(), 3_000)],
  ['answers vectors of another dimension', vectors((text) => [...vectorOf(text), 1])],
  ['has no time', refuse(429, { 'retry-after': '1' })],
  ['is broken', refuse(503)],
  ['refuses the key', refuse(401)],
  ['answers NaN', vectors(() => [1, Number.NaN, 1, 1])],
  ['answers zeros', vectors(() => [0, 0, 0, 0])],
  ['answers something else', (response) => response.end('<html>It works!</html>')],
]

describe('while the endpoint', () => {
  test.each(FAULTS)(
    '%s, every insert succeeds and is found, and all is embedded in the end, once',
    async (_, fault) => {
      answer(fault)
      asked = 0
      const texts = await insertMany()
      const found = await client.call('search_archival', { agent, query: 'number 77', limit: 1 })
      expect(found.data.passages[0].text).toBe('Passage number 77.')
      // The question of the search is one of the requests.
      await until('it failed, and was asked again', () => warnings.length > 0 && asked > 2)
      expect(await counts()).toMatchObject({ embedded: 1, waiting: PASSAGES, failed: 0 })
      expect(warnings.filter((line) => line.startsWith('embedding has to wait'))).toHaveLength(1)
      expect(warnings).toHaveLength(1)

      answer(vectors(vectorOf))
      await allEmbedded(PASSAGES + 1)
      expect(texts.filter((text) => answered.get(text) !== 1)).toEqual([])
      expect(await counts()).toMatchObject({ state: 'serving', waiting: 0, failed: 0 })
      expect(warnings).toHaveLength(1)
    },
    2 * PATIENCE,
  )
})

test('one text that makes the endpoint fail is isolated and skipped, and all others are embedded', async () => {
  const good = vectors(vectorOf)
  answer((response, texts) =>
    texts.some((text) => text.includes('number 250.'))
      ? refuse(500)(response, texts)
      : good(response, texts),
  )
  await insertMany()
  await until('it is given up', async () => (await counts())?.failed === 1)
  await allEmbedded(PASSAGES)
  expect(await counts()).toMatchObject({ state: 'serving', waiting: 0, failed: 1 })
}, 120_000)

test('a text that the model has no vector for is tried again later, and the others do not wait for it', async () => {
  let isBad = true
  answer(
    vectors((text) => (isBad && text.includes('bad') ? [Number.NaN, 1, 1, 1] : vectorOf(text))),
  )
  await insert(['It is good.', 'It is bad.', 'It is better.'])
  await allEmbedded(3)
  expect(await counts()).toMatchObject({
    waiting: 1,
    problem: expect.stringContaining('no number'),
  })
  isBad = false
  await allEmbedded(4)
  expect(answered.get('It is good.')).toBe(1)
})

test('a server that stops while the endpoint answers nothing stops at once, and the next one goes on', async () => {
  answer(() => undefined)
  asked = 0
  await insertMany()
  await until('something is under way', () => asked > 0)
  await client.close()
  await app.close()
  // Another one, as this one may only now come to read what the server asked before it stopped.
  await vendor.close()
  vendor = await startVendor(() => undefined)
  answer(vectors(vectorOf))
  const environment = {
    RECOLLECT_HOME: home,
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: vendor.baseUrl,
  }
  app = await openApp(readConfig({}, environment), () => undefined)
  await allEmbedded(PASSAGES + 1)
  expect([...answered.values()].filter((times) => times !== 1)).toEqual([])
}, 120_000)
