import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { hostRule, isLoopback, refusalOf } from '../../src/http/guard.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { openToAll, openWith } from '../support/access.ts'
import { CLIENT_KINDS, connect } from '../support/connect.ts'
import { stubServer } from './stub-context.ts'

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(
  options: Partial<HttpOptions> = {},
  createServer = stubServer({ agents: { list: async () => ({ items: [] }) } }).createServer,
): Promise<HttpServing> {
  const serving = await serveOverHttp(createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log: () => undefined,
    ...options,
  })
  open.push(serving)
  return serving
}

const JSON_HEADERS = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
}
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  },
}
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} }

/** A stream of 2026-07-28 that stays open. */
const LISTEN = {
  jsonrpc: '2.0',
  id: 3,
  method: 'subscriptions/listen',
  params: {
    notifications: { resourcesListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
}
const MODERN_HEADERS = {
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'subscriptions/listen',
}

/** Leaves the stream once its text is like that. */
async function readUntil(body: Response['body'], pattern: RegExp): Promise<void> {
  let text = ''
  for await (const piece of body ?? []) {
    text += Buffer.from(piece).toString()
    if (pattern.test(text)) return
  }
  throw new Error(`the stream ended: ${text}`)
}

function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** `fetch` writes the Host header itself. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method: 'POST', headers: { ...JSON_HEADERS, Host: host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end('{}')
  })
}

describe('HTTP', () => {
  it.each(CLIENT_KINDS)('serves a %s client', async (kind) => {
    const { url } = await serve()
    const client = await connect(kind, { kind: 'http', url })
    expect(await client.tools()).toHaveLength(18)
    expect(await client.call('list_agents')).toMatchObject({ isError: false, data: { agents: [] } })
    await client.close()
  })

  it('serves a client that has lost its session', async () => {
    const { url } = await serve()
    const response = await post(url, LIST)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('send_message')
    const params = { name: 'list_agents', arguments: {} }
    const called = await post(url, { ...LIST, method: 'tools/call', params })
    expect(called.status).toBe(200)
    expect(await called.text()).toContain('"structuredContent":{"agents":[]}')
    expect(called.headers.get('mcp-session-id')).toBeNull()
  })

  it('sends keep-alives on idle streams', async () => {
    const { url } = await serve({ keepAliveMilliseconds: 20 })
    const opened = await post(url, INITIALIZE)
    const session = opened.headers.get('mcp-session-id') ?? ''
    const streams = [
      await fetch(url, { headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': session } }),
      await post(url, LISTEN, MODERN_HEADERS),
    ]
    for (const { status, body } of streams) {
      expect(status).toBe(200)
      await readUntil(body, /(: keepalive\n\n[\s\S]*){3}/)
    }
  })

  it('refuses ids that are not of a session', async () => {
    const { url } = await serve()
    const opened = await post(url, INITIALIZE)
    const session = opened.headers.get('mcp-session-id') ?? ''
    expect(session).not.toBe('')
    expect((await post(url, LIST, { 'Mcp-Session-Id': session })).status).toBe(200)
    expect((await post(url, LIST, { 'Mcp-Session-Id': 'nothing' })).status).toBe(404)
    const ended = await fetch(url, { method: 'DELETE', headers: { 'Mcp-Session-Id': session } })
    expect(ended.status).toBe(200)
    expect((await post(url, LIST, { 'Mcp-Session-Id': session })).status).toBe(404)
  })

  it('answers GET and DELETE without a session with 405', async () => {
    const { url } = await serve()
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(url, { method, headers: { Accept: 'text/event-stream' } })
      expect(response.status).toBe(405)
    }
  })

  it('reports its health', async () => {
    const { url } = await serve({ schemaVersion: async () => 1 })
    const response = await fetch(url.replace('/mcp', '/health'))
    expect(await response.json()).toEqual({
      status: 'ok',
      version: '1.2.3',
      schema_version: 1,
      database: 'ok',
    })
  })

  it('answers 404 on any other path', async () => {
    const { url } = await serve()
    for (const path of ['/', '/mcp//', '/mcp/agents/', '/admin', '/.env']) {
      const response = await fetch(url.replace('/mcp', path))
      expect(response.status).toBe(404)
      expect(await response.json()).toHaveProperty('error.message')
    }
  })

  it('refuses other hosts and origins on every path', async () => {
    const { url } = await serve()
    for (const path of [url, url.replace('/mcp', '/health')]) {
      expect(await statusWithHost(path, 'evil.example')).toBe(403)
      const headers = { Origin: 'https://evil.example' }
      expect((await fetch(path, { headers })).status).toBe(403)
      expect((await fetch(path, { headers: { Origin: 'null' } })).status).toBe(403)
    }
    expect((await post(url, LIST, { Origin: new URL(url).origin })).status).toBe(200)
  })

  it('requires the token, if one is configured', async () => {
    const { url } = await serve({ authenticate: openWith('correct-horse') })
    for (const authorization of ['', 'Basic correct-horse', 'correct-horse', 'Bearer wrong']) {
      const response = await post(url, LIST, { Authorization: authorization })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        authorization === 'Bearer wrong' ? 'Bearer error="invalid_token"' : 'Bearer',
      )
    }
    expect((await post(url, LIST, { Authorization: 'Bearer correct-horse' })).status).toBe(200)
    const client = await connect('v2-auto', { kind: 'http', url, token: 'correct-horse' })
    expect(await client.tools()).toHaveLength(18)
    await client.close()
  })

  it('refuses a body that is too large or not JSON', async () => {
    const { url } = await serve()
    const large = await post(url, JSON.stringify({ ...LIST, filler: 'x'.repeat(5_000_000) }))
    expect(large.status).toBe(413)
    expect(await large.json()).toHaveProperty(
      'error.message',
      'The request is larger than 4 MiB (64 MiB for send_message).',
    )
    const broken = await post(url, '{"jsonrpc":')
    expect(broken.status).toBe(400)
    expect(await broken.json()).toHaveProperty('error.code', -32700)
  })

  it('says so when its port is taken', async () => {
    const { url } = await serve()
    const port = Number(new URL(url).port)
    await expect(serve({ port })).rejects.toMatchObject({
      code: 'busy',
      message: `Port ${port} is in use. Choose another with --port, or --port 0 for a free one.`,
    })
  })

  it('closes at once, open streams or not', async () => {
    const { url, close } = await serve()
    const opened = await post(url, INITIALIZE)
    const session = opened.headers.get('mcp-session-id') ?? ''
    const stream = await fetch(url, {
      headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': session },
    })
    expect(stream.status).toBe(200)
    const began = Date.now()
    await close()
    open.length = 0
    expect(Date.now() - began).toBeLessThan(500)
    await stream.text().catch(() => '')
  })
})

describe('the guard', () => {
  it('knows loopback', () => {
    for (const host of ['localhost', '127.0.0.1', '::1', '127.1.2.3']) {
      expect(isLoopback(host)).toBe(true)
    }
    for (const host of ['0.0.0.0', '::', '192.168.1.4', 'localhost.example']) {
      expect(isLoopback(host)).toBe(false)
    }
  })

  it('allows calls to a bound address by any IP address, and by allowed names', () => {
    const guard = { allowsHost: hostRule('0.0.0.0', ['Box.local']) }
    const status = (host: string) => refusalOf({ host }, guard, 8283)?.status
    expect(status('192.168.1.4:8283')).toBeUndefined()
    expect(status('[fe80::1]:8283')).toBeUndefined()
    expect(status('box.local:8283')).toBeUndefined()
    expect(status('evil.example')).toBe(403)
    expect(status('')).toBe(403)
  })
})
