import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type App, openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { callOn, speak } from '../agent/support.ts'
import { type HttpsServer, startHttps } from '../support/https-server.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'

const KEY = 'search-key-0123456789'

/** Answers of the services, as their documentation shows them. */
const ANSWERS = {
  exa: {
    results: [
      {
        id: 'https://ferries.example/hours',
        title: 'Ferry hours',
        url: 'https://ferries.example/hours',
        publishedDate: '2026-03-01T00:00:00.000Z',
        author: null,
        highlights: ['The last ferry leaves at 22:00.'],
      },
    ],
  },
  tavily: {
    results: [
      {
        title: 'Ferry hours',
        url: 'https://ferries.example/hours',
        content: 'The last ferry leaves at 22:00.',
        score: 0.9,
        raw_content: null,
      },
    ],
  },
}

let service: HttpsServer
let provider: ScriptedProvider
let answer: { status: number; body: string }
const asked: { url: string; headers: object; body: Record<string, unknown> }[] = []

beforeAll(async () => {
  provider = await startScriptedProvider()
  service = await startHttps(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    asked.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(body) })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
})
afterAll(async () => {
  await service.close()
  await provider.close()
})
beforeEach(() => asked.splice(0))

/** Text that the model reads after it has searched. */
async function search(
  settings: Readonly<Record<string, string>>,
  args: object,
): Promise<{ readonly text: string; readonly secrets: readonly string[] }> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-search-'))
  const config = readConfig(
    {},
    {
      RECOLLECT_HOME: home,
      ...databaseOf(home),
      RECOLLECT_MODEL: 'openai/scripted',
      OPENAI_API_KEY: 'sk-test-key',
      OPENAI_BASE_URL: provider.baseUrl,
      ...settings,
    },
  )
  const isAllowedAddress = (address: string) => address === '127.0.0.1' || isPublicAddress(address)
  const fetch = { ...config.fetch, ca: service.ca, isAllowedAddress }
  const app = await openApp({ ...config, fetch }, () => undefined)
  try {
    return { text: await searchIn(app, args), secrets: secretsOf(config) }
  } finally {
    await app.close()
    leaveDatabaseOf(home)
    await rm(home, { recursive: true })
  }
}

async function searchIn({ context }: App, args: object): Promise<string> {
  const { agent } = await context.agents.create({ tools: ['send_message', 'web_search'] })
  provider.enqueue(callOn('web_search', { ...args }), speak('At ten.'))
  const { run } = await context.runs.send({ agent: agent.id, text: 'The last ferry?' })
  await context.runs.wait(run.id, 15_000, new AbortController().signal)
  const messages = await context.runs.messages(run.id)
  return messages.find((message) => message.role === 'tool')?.text ?? ''
}

describe('web_search', { timeout: 60_000 }, () => {
  it('asks Exa if it has a key, with what Letta lets an agent say', async () => {
    answer = { status: 200, body: JSON.stringify(ANSWERS.exa) }
    const settings = { EXA_API_KEY: KEY, EXA_BASE_URL: service.url }
    const { text, secrets } = await search(settings, {
      query: 'last ferry',
      num_results: 3,
      category: 'news',
      include_domains: ['ferries.example'],
      start_published_date: '2026-01-01',
      user_location: 'NO',
    })
    expect(asked).toMatchObject([
      {
        url: '/search',
        headers: { 'x-api-key': KEY },
        body: {
          query: 'last ferry',
          numResults: 3,
          category: 'news',
          includeDomains: ['ferries.example'],
          startPublishedDate: '2026-01-01',
          userLocation: 'NO',
          contents: { highlights: true },
        },
      },
    ])
    expect(JSON.parse(text)).toEqual({
      query: 'last ferry',
      results: [
        {
          title: 'Ferry hours',
          url: 'https://ferries.example/hours',
          published_date: '2026-03-01T00:00:00.000Z',
          highlights: ['The last ferry leaves at 22:00.'],
        },
      ],
    })
    expect(secrets).toContain(KEY)
  })

  it('asks Tavily if only that has a key', async () => {
    answer = { status: 200, body: JSON.stringify(ANSWERS.tavily) }
    const settings = { TAVILY_API_KEY: KEY, TAVILY_BASE_URL: service.url }
    const { text } = await search(settings, { query: 'last ferry' })
    expect(asked).toMatchObject([
      {
        headers: { authorization: `Bearer ${KEY}` },
        body: { query: 'last ferry', max_results: 10 },
      },
    ])
    expect(JSON.parse(text).results[0]).toMatchObject({
      url: 'https://ferries.example/hours',
      highlights: ['The last ferry leaves at 22:00.'],
    })
  })

  it('tells the agent what a service refused, and not the key', async () => {
    answer = { status: 401, body: `{"error": "no such key: ${KEY}"}` }
    const settings = { EXA_API_KEY: KEY, EXA_BASE_URL: service.url }
    const { text } = await search(settings, { query: 'last ferry' })
    expect(text).toMatch(/exa did not answer as it should \(status 401\).*no such key/s)
    expect(text).not.toContain(KEY)
  })

  it('leaves out results that do not fit, and counts them', async () => {
    const [one] = ANSWERS.exa.results
    const results = Array.from({ length: 10 }, () => ({ ...one, text: 'x'.repeat(2_000) }))
    answer = { status: 200, body: JSON.stringify({ results }) }
    const settings = { EXA_API_KEY: KEY, EXA_BASE_URL: service.url }
    const { text } = await search(settings, { query: 'last ferry', include_text: true })
    const { results: shown, left_out: leftOut } = JSON.parse(text)
    expect(shown.length + leftOut).toBe(10)
    expect(text.length).toBeLessThan(8_500)
    expect(asked[0]?.body).toMatchObject({ contents: { text: {} } })
  })

  it('is not there without a key, and needs https for it', async () => {
    await expect(search({}, { query: 'x' })).rejects.toThrow(/web_search is not available/)
    const settings = { EXA_API_KEY: KEY, EXA_BASE_URL: 'http://exa.example' }
    expect(() => readConfig({}, settings)).toThrow(/EXA_BASE_URL .*https/)
  })
})
