import { createServer as createHttpServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { listen } from '../../src/http/listen.ts'
import { readBody } from '../../src/http/read-body.ts'
import {
  createLegacySessions,
  type LegacySessions,
  type LegacySessionsOptions,
} from '../../src/mcp/transports/legacy-sessions.ts'
import { PATIENT } from '../agent/patient.ts'
import { anybody } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

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

let server: Server | undefined
let sessions: LegacySessions | undefined
afterEach(async () => {
  await sessions?.close()
  server?.closeAllConnections()
  server?.close()
})

/** Sessions alone behind HTTP: 503 when one can't be opened, 404 when there is none. */
async function start(
  options: Pick<LegacySessionsOptions, 'limit' | 'idleMilliseconds'>,
): Promise<string> {
  const { createServer } = stubServer()
  const all = createLegacySessions({ createServer, log: () => undefined, ...options })
  sessions = all
  server = createHttpServer(async (request, response) => {
    const id = request.headers['mcp-session-id']
    const body = request.method === 'POST' ? await readBody(request) : undefined
    const form = 'stream'
    const plain = {
      method: request.method ?? '',
      url: '/',
      headers: request.headers,
      [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
    }
    const answered =
      typeof id === 'string'
        ? await all.handle(id, { request: plain, response, body, access: anybody, form })
        : await all.open({ request: plain, response, body, access: anybody, form })
    if (!answered) response.writeHead(typeof id === 'string' ? 404 : 503).end()
  })
  return listen(server, '127.0.0.1', 0)
}

function send(url: string, body: unknown, session?: string) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(session !== undefined && { 'Mcp-Session-Id': session }),
    },
    body: JSON.stringify(body),
  })
}

async function open(url: string): Promise<string> {
  const response = await send(url, INITIALIZE)
  await response.text()
  return response.headers.get('mcp-session-id') ?? ''
}

async function ping(url: string, session: string): Promise<number> {
  const response = await send(url, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)
  await response.text()
  return response.status
}

it('beyond the cap, the longest idle session is closed', async () => {
  const url = await start({ limit: 2 })
  const first = await open(url)
  const second = await open(url)
  expect(await ping(url, first)).toBe(200)
  const third = await open(url)
  expect(await ping(url, first)).toBe(200)
  expect(await ping(url, second)).toBe(404)
  expect(await ping(url, third)).toBe(200)
})

it('a session in use is not closed for another', async () => {
  const url = await start({ limit: 1 })
  const only = await open(url)
  const stream = await fetch(url, {
    headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': only },
  })
  expect(stream.status).toBe(200)
  expect((await send(url, INITIALIZE)).status).toBe(503)
  expect(await ping(url, only)).toBe(200)
  await stream.body?.cancel()
})

it('a session that nobody uses ends, one whose stream is open does not', async () => {
  const url = await start({ idleMilliseconds: 100 })
  const idle = await open(url)
  const used = await open(url)
  const stream = await fetch(url, {
    headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': used },
  })
  // To ask for it would be to use it.
  await expect.poll(() => sessions?.size(), PATIENT).toBe(1)
  expect(await ping(url, idle)).toBe(404)
  expect(await ping(url, used)).toBe(200)
  await stream.body?.cancel()
  await expect.poll(() => sessions?.size(), PATIENT).toBe(0)
})

it('more sessions than allowed, opened at once, make room for the next', async () => {
  const url = await start({ limit: 2 })
  await Promise.all(Array.from({ length: 8 }, () => open(url)))
  const last = await open(url)
  expect(sessions?.size()).toBe(2)
  expect(await ping(url, last)).toBe(200)
})
