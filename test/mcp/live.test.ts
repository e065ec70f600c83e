import { request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createBus } from '../../src/core/bus.ts'
import type { Change } from '../../src/core/event.ts'
import { newId } from '../../src/core/ids.ts'
import type { LiveLimits } from '../../src/mcp/live/live.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import { PATIENT } from '../agent/patient.ts'
import { openToAll } from '../support/access.ts'
import { connect } from '../support/connect.ts'
import { stubContext } from './stub-context.ts'

/* Subscriptions over HTTP, as they come, go, and wait. */

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(options: { liveLimits?: LiveLimits; keepAliveMilliseconds?: number } = {}) {
  const { liveLimits, ...http } = options
  const bus = createBus<Change>(() => undefined)
  const context = { ...stubContext(), onChange: bus.subscribe }
  const log = () => undefined
  const createServer = createServerFactory({
    version: '1.2.3',
    context: async () => context,
    log,
    toolsets: ['core'],
    ...(liveLimits && { liveLimits }),
  })
  const serving = await serveOverHttp(createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log,
    ...http,
  })
  open.push(serving)
  let seq = 0
  return {
    url: serving.url,
    changeSomeAgent() {
      seq += 1
      bus.publish({ seq, namespace: 'default', kind: 'agent', subjectId: newId('agent') })
    },
  }
}

const HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
}
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
}
const LISTEN_HEADERS = {
  ...HEADERS,
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'subscriptions/listen',
}

function listenBody(resourceSubscriptions: readonly string[]): string {
  const params = {
    _meta: META,
    notifications: { resourcesListChanged: true, resourceSubscriptions },
  }
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params })
}

function post(url: string, message: object, session?: string) {
  return fetch(url, {
    method: 'POST',
    headers: { ...HEADERS, ...(session !== undefined && { 'Mcp-Session-Id': session }) },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })
}

async function openSession(url: string): Promise<string> {
  const clientInfo = { name: 'test', version: '0' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const response = await post(url, { id: 1, method: 'initialize', params })
  await response.text()
  const session = response.headers.get('mcp-session-id') ?? ''
  await post(url, { method: 'notifications/initialized' }, session)
  return session
}

async function subscribe(url: string, session: string, uri: string): Promise<string> {
  const request = { id: 2, method: 'resources/subscribe', params: { uri } }
  return (await post(url, request, session)).text()
}

function stream(url: string, session: string): Promise<Response> {
  return fetch(url, { headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': session } })
}

/** Reads until `text` has come. */
async function readUntil(response: Response, text: string): Promise<string> {
  let seen = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk)
    if (seen.includes(text)) return seen
  }
  throw new Error(`the stream ended without "${text}": ${seen}`)
}

it('the subscriptions of a session end with it', async () => {
  const { url } = await serve({ liveLimits: { resources: 5, perSubscriber: 5 } })
  for (let number = 0; number < 30; number += 1) {
    const session = await openSession(url)
    expect(await subscribe(url, session, `recollect://agents/${number}`)).toContain('"result":{}')
    await fetch(url, { method: 'DELETE', headers: { 'Mcp-Session-Id': session } })
  }
})

it('the subscriptions of a stream end with it', async () => {
  const { url } = await serve({ liveLimits: { resources: 5, perSubscriber: 5 } })
  const client = await connect('v2-auto', { kind: 'http', url })
  for (let number = 0; number < 30; number += 1) {
    const uri = `recollect://agents/${number}`
    const listen = async () => {
      const heard = await client.listen([uri])
      await heard.stop()
      return true
    }
    // The server hears of the end of a stream a moment after its client.
    await expect.poll(() => listen().catch(() => false), PATIENT).toBe(true)
  }
  await client.close()
})

it('subscriptions are capped, and room is free again once others have left', async () => {
  const { url } = await serve({ liveLimits: { resources: 3, perSubscriber: 2 } })
  const [first, second] = [await openSession(url), await openSession(url)]
  const uri = (number: number) => `recollect://agents/${number}`
  await subscribe(url, first, uri(1))
  await subscribe(url, first, uri(2))
  expect(await subscribe(url, first, uri(3))).toContain('limit_exceeded')
  expect(await subscribe(url, second, uri(2))).toContain('"result":{}')
  expect(await subscribe(url, second, uri(3))).toContain('"result":{}')
  const listened = await fetch(url, {
    method: 'POST',
    headers: LISTEN_HEADERS,
    body: listenBody([uri(4)]),
  })
  expect(await listened.text()).toContain('limit_exceeded')
  await post(url, { id: 3, method: 'resources/unsubscribe', params: { uri: uri(3) } }, second)
  expect(await subscribe(url, second, uri(5))).toContain('"result":{}')
})

it('a session whose stream opens late is then notified once of each resource', async () => {
  const { url, changeSomeAgent } = await serve()
  const session = await openSession(url)
  await subscribe(url, session, 'recollect://agents')
  for (let change = 0; change < 5; change += 1) {
    changeSomeAgent()
    await sleep(60)
  }
  const response = await stream(url, session)
  const seen = await readUntil(response, 'resources/updated')
  expect(seen.match(/resources\/updated/g)).toHaveLength(1)
  expect(seen).toContain('"uri":"recollect://agents"')
  await response.body?.cancel().catch(() => undefined)
})

it('a client without a connection is offered no subscriptions', async () => {
  const { url } = await serve()
  const request = { id: 2, method: 'resources/subscribe', params: { uri: 'recollect://agents' } }
  expect(await (await post(url, request)).text()).toContain('-32601')
})

it('streams of both eras show that they are alive', async () => {
  const { url } = await serve({ keepAliveMilliseconds: 20 })
  const body = listenBody(['recollect://agents'])
  const listening = await fetch(url, { method: 'POST', headers: LISTEN_HEADERS, body })
  expect(await readUntil(listening, ': keepalive')).toContain('subscriptions/acknowledged')
  await readUntil(await stream(url, await openSession(url)), ': keepalive')
})

/** Names so long that a few notices fill all buffers on the way. */
const LONG_URIS = Array.from(
  { length: 30 },
  (_, n) => `recollect://agents/${n}${'x'.repeat(100_000)}`,
)

function ask(url: string, method: string, headers: Record<string, string>, body?: string) {
  return new Promise<IncomingMessage>((resolve) => {
    httpRequest(url, { method, headers }, resolve).end(body)
  })
}

const SLOW_READERS = {
  listener: (url: string) => ask(url, 'POST', LISTEN_HEADERS, listenBody(LONG_URIS)),
  async session(url: string) {
    const session = await openSession(url)
    for (const uri of LONG_URIS) await subscribe(url, session, uri)
    return ask(url, 'GET', { Accept: 'text/event-stream', 'Mcp-Session-Id': session })
  },
}

it.each(['listener', 'session'] as const)(
  'a %s that reads late receives few, merged notices',
  async (kind) => {
    const { url, changeSomeAgent } = await serve()
    const response = await SLOW_READERS[kind](url)
    response.pause()
    const rounds = 30
    for (let round = 0; round < rounds; round += 1) {
      changeSomeAgent()
      await sleep(55)
    }
    let bytes = 0
    let last = Date.now()
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      last = Date.now()
    })
    response.resume()
    await expect.poll(() => Date.now() - last, PATIENT).toBeGreaterThan(500)
    const everything = rounds * LONG_URIS.length * 100_000
    expect(bytes).toBeGreaterThan(LONG_URIS.length * 100_000)
    expect(bytes).toBeLessThan(everything / 3)
    response.destroy()
  },
)
