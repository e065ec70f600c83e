import { afterEach, describe, expect, it } from 'vitest'
import type { Access, TokenCheck } from '../../src/core/access.ts'
import { CAPS, type Caps } from '../../src/http/caps.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { PATIENT } from '../agent/patient.ts'
import { listTools } from '../auth/requests.ts'
import { openBy, openToAll } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

/* No caller takes so much that nothing is left for the others. */

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

/** Callers are known by the name that they send. */
const byName: TokenCheck = async (token): Promise<Access> => ({
  namespace: 'default',
  scopes: new Set(['read']),
  name: token,
})

async function serve(caps: Partial<Caps>, options: Partial<HttpOptions> = {}): Promise<string> {
  // A tool that is answered when the test says so.
  const serving = await serveOverHttp(
    stubServer({ agents: { list: () => listing } }).createServer,
    {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      log: () => undefined,
      authenticate: openBy(byName),
      caps: { ...CAPS, ...caps },
      ...options,
    },
  )
  open.push(serving)
  return serving.url
}

let listing: Promise<{ items: [] }> = Promise.resolve({ items: [] })

const HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
}
const post = (url: string, caller: string, body: object, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { ...HEADERS, Authorization: `Bearer ${caller}`, ...headers },
    body: JSON.stringify(body),
  })
const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_agents' } }

async function openSession(url: string, caller: string): Promise<string> {
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  }
  const response = await post(url, caller, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  await response.text()
  return response.headers.get('mcp-session-id') ?? ''
}

const ping = async (url: string, caller: string, session: string): Promise<number> => {
  const message = { jsonrpc: '2.0', id: 2, method: 'ping' }
  const response = await post(url, caller, message, { 'Mcp-Session-Id': session })
  await response.text()
  return response.status
}

function listen(url: string, caller: string): Promise<Response> {
  const params = {
    notifications: { resourcesListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  }
  const message = { jsonrpc: '2.0', id: 3, method: 'subscriptions/listen', params }
  const headers = {
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'subscriptions/listen',
  }
  return post(url, caller, message, headers)
}

describe('a caller', () => {
  it('that sends too many requests is told when to retry, and others are served', async () => {
    const url = await serve({ requestsPerMinute: 3 })
    for (let count = 0; count < 3; count += 1) {
      expect((await listTools(url, 'ada')).status).toBe(200)
    }
    const refused = await listTools(url, 'ada')
    expect(refused.status).toBe(429)
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThanOrEqual(15)
    expect(seconds).toBeLessThanOrEqual(20)
    expect(await refused.json()).toHaveProperty(
      'error.message',
      expect.stringContaining('3 requests a minute'),
    )
    expect((await listTools(url, 'grace')).status).toBe(200)
  })

  it('that waits as told is served', async () => {
    const url = await serve({ requestsPerMinute: 60 })
    const answers = await Promise.all(Array.from({ length: 61 }, () => listTools(url, 'ada')))
    const refused = answers.find(({ status }) => status === 429)
    // The sixty took a moment, in which one more may have become free.
    const wait = Number((refused ?? (await listTools(url, 'ada'))).headers.get('retry-after'))
    expect(wait).toBe(1)
    await expect.poll(async () => (await listTools(url, 'ada')).status, PATIENT).toBe(200)
  })

  it('is limited in concurrent requests', async () => {
    const url = await serve({ requests: 2 })
    let answer = (_: { items: [] }) => {}
    listing = new Promise((resolve) => {
      answer = resolve
    })
    const waiting = [post(url, 'ada', CALL), post(url, 'ada', CALL)]
    await expect.poll(async () => (await listTools(url, 'ada')).status, PATIENT).toBe(429)
    expect((await listTools(url, 'grace')).status).toBe(200)
    answer({ items: [] })
    for (const response of await Promise.all(waiting)) {
      expect(response.status).toBe(200)
      await response.text()
    }
    await expect.poll(async () => (await listTools(url, 'ada')).status, PATIENT).toBe(200)
  })

  it('is limited in concurrent streams of either protocol', async () => {
    const url = await serve({ streams: 2 })
    const session = await openSession(url, 'ada')
    const pushes = () =>
      fetch(url, {
        headers: {
          Accept: 'text/event-stream',
          Authorization: 'Bearer ada',
          'Mcp-Session-Id': session,
        },
      })
    const [first, second] = [await listen(url, 'ada'), await pushes()]
    expect([first.status, second.status]).toEqual([200, 200])
    const refused = await listen(url, 'ada')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect((await listTools(url, 'ada')).status).toBe(200)
    const other = await listen(url, 'grace')
    expect(other.status).toBe(200)
    await first.body?.cancel()
    await expect
      .poll(async () => {
        const again = await listen(url, 'ada')
        await again.body?.cancel()
        return again.status
      }, PATIENT)
      .toBe(200)
    await Promise.all([second, other].map(({ body }) => body?.cancel()))
  })

  it('that opens too many sessions loses its longest idle one, and nobody else does', async () => {
    const url = await serve({ sessions: 2 })
    const other = await openSession(url, 'grace')
    const [first, second, third] = [
      await openSession(url, 'ada'),
      await openSession(url, 'ada'),
      await openSession(url, 'ada'),
    ]
    expect(await ping(url, 'ada', first)).toBe(404)
    expect(await ping(url, 'ada', second)).toBe(200)
    expect(await ping(url, 'ada', third)).toBe(200)
    expect(await ping(url, 'grace', other)).toBe(200)
  })

  it("cannot use another caller's session, even with its id", async () => {
    const url = await serve({})
    const session = await openSession(url, 'grace')
    expect(await ping(url, 'ada', session)).toBe(404)
    const ended = await fetch(url, {
      method: 'DELETE',
      headers: { Authorization: 'Bearer ada', 'Mcp-Session-Id': session },
    })
    expect(ended.status).toBe(404)
    expect(await ping(url, 'grace', session)).toBe(200)
  })

  it('has no cap where there is only one caller', async () => {
    const url = await serve({ requestsPerMinute: 1, sessions: 1 }, { authenticate: openToAll })
    const first = await openSession(url, '')
    const second = await openSession(url, '')
    expect([await ping(url, '', first), await ping(url, '', second)]).toEqual([200, 200])
  })
})

describe('connections', () => {
  it('beyond those allowed are closed, and those that are open are served', async () => {
    const url = await serve({}, { maxConnections: 1 })
    const stream = await listen(url, 'ada')
    expect(stream.status).toBe(200)
    await expect(listTools(url, 'grace')).rejects.toThrow()
    await stream.body?.cancel()
    const status = () => listTools(url, 'grace').then((response) => response.status, String)
    await expect.poll(status, PATIENT).toBe(200)
  })
})
