import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readHttpSettings } from '../../src/http/settings.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { openToAll, openWith } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

/* HTTP clients that do not use one of the SDKs. */

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(options: Partial<HttpOptions> = {}): Promise<string> {
  const find = async () => ({ id: 'agent-1', name: 'Mira' }) as never
  const serving = await serveOverHttp(stubServer({ agents: { find } }).createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log: () => undefined,
    ...options,
  })
  open.push(serving)
  return serving.url
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'test', version: '0' },
  },
}
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} }
const MODERN = {
  headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' },
  body: {
    ...LIST,
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** `fetch` adds headers of its own. */
function send(
  url: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: object | string = LIST,
): Promise<Answered> {
  const given = Object.entries({ 'Content-Type': 'application/json', ...headers })
  const present = Object.fromEntries(given.filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    httpRequest(url, { method: 'POST', headers: present }, async (response) => {
      let text = ''
      for await (const piece of response) text += piece
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
    })
      .on('error', reject)
      .end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

async function openSession(url: string, accept?: string): Promise<string> {
  const { headers } = await send(url, { Accept: accept }, INITIALIZE)
  return String(headers['mcp-session-id'])
}

describe('the address', () => {
  it.each(['/mcp/', '/mcp/?toolsets=core', '/mcp/agents/Mira/'])('may be %s', async (path) => {
    const url = await serve()
    const { status, text } = await send(url.replace('/mcp', path), {}, INITIALIZE)
    expect(status).toBe(200)
    expect(text).toContain('"serverInfo"')
  })
})

const JSON_READERS = [undefined, '*/*', 'application/json', 'application/*', 'text/plain', '']
const STREAM_READERS = [
  'text/event-stream',
  'text/event-stream;q=0.5, */*;q=0.1',
  'application/json, text/event-stream',
]

describe('a client that accepts', () => {
  it.each(JSON_READERS)('%s gets JSON, in a session and without one', async (accept) => {
    const url = await serve()
    const session = await openSession(url, accept)
    for (const headers of [{ 'Mcp-Session-Id': session }, {}, MODERN.headers]) {
      const body = headers === MODERN.headers ? MODERN.body : LIST
      const answer = await send(url, { Accept: accept, ...headers }, body)
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json' },
      })
      expect(JSON.parse(answer.text)).toMatchObject({ id: 2, result: { tools: expect.any(Array) } })
    }
  })

  it.each(STREAM_READERS)('%s may get a stream', async (accept) => {
    const url = await serve()
    const session = await openSession(url, accept)
    const answer = await send(url, { Accept: accept, 'Mcp-Session-Id': session })
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'mcp-session-id': session },
    })
    expect(answer.text).toContain('"tools"')
  })

  it('no stream is sent no request that it could not see', async () => {
    const url = await serve()
    const session = await openSession(url, 'application/json')
    const params = { name: 'delete_agent', arguments: { agent: 'Mira' } }
    const answer = await send(
      url,
      { Accept: 'application/json', 'Mcp-Session-Id': session },
      { ...LIST, method: 'tools/call', params },
    )
    expect(JSON.parse(answer.text)).toMatchObject({
      result: { isError: true, structuredContent: { error: { code: 'invalid_argument' } } },
    })
    expect(answer.text).toContain('confirm: true')
  })
})

describe('the stream of a session', () => {
  const listen = (url: string, session: string, accept = '*/*') =>
    fetch(url, { headers: { Accept: accept, 'Mcp-Session-Id': session } })

  it('is the newest one, so that a client that lost its stream can open another', async () => {
    const url = await serve()
    const session = await openSession(url)
    const first = await listen(url, session)
    const second = await listen(url, session)
    expect([first.status, second.status]).toEqual([200, 200])
    await first.text().catch(() => '')
    const third = await listen(url, session, 'text/event-stream')
    expect(third.status).toBe(200)
    await second.text().catch(() => '')
    await third.body?.cancel()
    expect((await listen(url, session)).status).toBe(200)
  })

  it('may be replaced by a caller who has as many as allowed', async () => {
    const caps = { requestsPerMinute: 1_000, requests: 10, streams: 1, sessions: 10 }
    const url = await serve({ authenticate: openWith('correct-horse'), caps })
    const headers = { Authorization: 'Bearer correct-horse' }
    const opened = await send(url, headers, INITIALIZE)
    const session = String(opened.headers['mcp-session-id'])
    for (let count = 0; count < 3; count += 1) {
      const stream = await fetch(url, { headers: { ...headers, 'Mcp-Session-Id': session } })
      expect(stream.status).toBe(200)
    }
  })
})

describe('a connection', () => {
  it('may be idle for longer than clients and proxies keep one', async () => {
    const { headers } = await send(await serve(), { Connection: 'keep-alive' })
    const seconds = Number(/timeout=(\d+)/.exec(String(headers['keep-alive']))?.[1])
    expect(seconds).toBeGreaterThanOrEqual(75)
  })

  it('that is idle makes room for a new one', async () => {
    const url = new URL(await serve({ maxConnections: 4 }))
    const ask = `GET /health HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`
    for (let count = 0; count < 12; count += 1) {
      const socket = connectSocket(Number(url.port), url.hostname)
      socket.on('error', () => undefined)
      socket.write(ask)
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toContain('200 OK')
    }
  })

  it.each(['wrong', undefined])(
    'closes if a body was not read, after a complete answer',
    async (token) => {
      const url = await serve({ authenticate: openWith('correct-horse') })
      const answer = await send(
        url,
        { Authorization: token && `Bearer ${token}`, Connection: 'keep-alive' },
        'x'.repeat(3_000_000),
      )
      expect(answer).toMatchObject({ status: 401, headers: { connection: 'close' } })
      expect(JSON.parse(answer.text)).toHaveProperty('error.message')
    },
  )

  it('stays open if it was read', async () => {
    const answer = await send(await serve(), { Connection: 'keep-alive' }, '{"jsonrpc":')
    expect(answer).toMatchObject({ status: 400, headers: { connection: 'keep-alive' } })
  })
})

describe('a body', () => {
  it.each([
    undefined,
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=utf-16',
  ])('of the type %s is refused', async (type) => {
    const url = await serve()
    const session = await openSession(url)
    for (const headers of [{}, { 'Mcp-Session-Id': session }, MODERN.headers]) {
      const answer = await send(url, { 'Content-Type': type, ...headers }, MODERN.body)
      expect(answer.status).toBe(415)
      expect(answer.text).toContain('application/json')
    }
  })

  it.each(['application/json;charset=UTF-8', 'Application/JSON; charset="utf-8"'])(
    'of the type %s is accepted',
    async (type) => {
      expect((await send(await serve(), { 'Content-Type': type })).status).toBe(200)
    },
  )
})

describe('a page', () => {
  it('of the public address may call, whatever name a proxy passes on', async () => {
    const { publicOrigin } = readHttpSettings({
      RECOLLECT_PUBLIC_URL: 'https://memory.example.com/mcp',
    })
    const url = await serve({ publicOrigin })
    expect((await send(url, { Origin: 'https://memory.example.com' })).status).toBe(200)
    expect((await send(url, { Origin: 'https://memory.example.com:8443' })).status).toBe(403)
  })

  it('on another port of this machine may not', async () => {
    const url = await serve()
    expect((await send(url, { Origin: new URL(url).origin })).status).toBe(200)
    expect((await send(url, { Origin: 'http://127.0.0.1:1' })).status).toBe(403)
  })
})

it('a host that is not allowed is told the setting', async () => {
  const answer = await send(await serve(), { Host: 'host.docker.internal:8283' })
  expect(answer.status).toBe(403)
  expect(answer.text).toContain('RECOLLECT_ALLOWED_HOSTS')
})
