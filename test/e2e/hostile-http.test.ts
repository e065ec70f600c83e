import { connect as connectSocket, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { serveOverHttp } from '../../src/mcp/transports/http.ts'
import { stubServer } from '../mcp/stub-context.ts'
import { openToAll } from '../support/access.ts'
import { type ServeProcess, startServe } from '../support/connect.ts'
import { head, INITIALIZE, LIST, PING, post, REQUESTS, TYPES } from './hostile-requests.ts'
import { memoryOf } from './memory-of.ts'
import { newHome, removeHomes, withoutKey } from './support.ts'

/* Whatever comes in over HTTP is answered or refused with the right status, and the next request is served. */

let serving: ServeProcess
let port: number
beforeAll(async () => {
  serving = await startServe(withoutKey(newHome()))
  port = portOf(serving.url)
})
afterAll(async () => {
  expect(await serving.stop()).toBe(0)
  expect(serving.errors()).not.toContain('"level":"error"')
  removeHomes()
})

const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  expect(await statusOf(post(PING))).toBe('200')
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function open(to = port): Socket {
  const socket = connectSocket(to, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  sockets.push(socket)
  return socket
}

/** The first status that comes; 'closed' if the connection is ended without one. */
function statusOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let head = ''
    socket.on('data', (piece) => {
      head += piece
      const status = /^HTTP\/1\.1 (?!100)(\d{3})/.exec(head)?.[1]
      if (status !== undefined) resolve(status)
    })
    socket.once('close', () => resolve('closed'))
  })
}

async function statusOf(request: string | Buffer): Promise<string> {
  const socket = open()
  socket.write(request)
  const status = await statusOn(socket)
  socket.destroy()
  return status
}

describe('a refused request', () => {
  it.each(REQUESTS)('%s', async (_, request, status) => {
    expect(await statusOf(request)).toBe(status)
  })

  it('is not answered with a body that a browser renders as a page', async () => {
    const socket = open()
    let answer = ''
    socket.on('data', (piece) => {
      answer += piece
    })
    socket.write(post(PING, { Origin: 'http://<script>', Connection: 'close' }))
    await new Promise((resolve) => socket.once('close', resolve))
    expect(answer).toContain('application/json')
    expect(answer).not.toMatch(/access-control/i)
  })
})

describe('a client that', () => {
  it('half-closes in the middle of a body is refused', async () => {
    const socket = open()
    socket.end(post('{"json', { 'Content-Length': '100' }))
    expect(await statusOn(socket)).toBe('400')
  })

  it('half-closes after its request still gets the answer', async () => {
    const socket = open()
    socket.end(post(PING))
    expect(await statusOn(socket)).toBe('200')
  })

  it('disconnects in the middle of a body is forgotten', async () => {
    const socket = open()
    socket.write(post('{"json', { 'Content-Length': '100' }))
    socket.destroySoon()
    await new Promise((resolve) => socket.once('close', resolve))
  })

  it('sends an endless body is refused and disconnected', async () => {
    const socket = open()
    const status = statusOn(socket)
    socket.write(head('POST /mcp', { ...TYPES, 'Transfer-Encoding': 'chunked' }))
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on('drain', more)
    more()
    expect(await status).toBe('413')
    await closed
  })

  it('sends its body or its headers too slowly is disconnected', async () => {
    const slow = await serveOverHttp(stubServer().createServer, {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      authenticate: openToAll,
      log: () => undefined,
      requestMilliseconds: 300,
    })
    const parts = [
      post('{"json', { 'Content-Length': '100' }),
      'POST /mcp HTTP/1.1\r\nHost: ',
      'P',
      '',
    ]
    const trickles = parts.map((part) => {
      const socket = open(portOf(slow.url))
      socket.write(part)
      return statusOn(socket)
    })
    for (const status of await Promise.all(trickles)) expect(status).toMatch(/408|closed/)
    await slow.close()
  })
})

describe('a flood', () => {
  it('of silent connections leaves room for others', async () => {
    for (let count = 0; count < 500; count += 1) open()
    expect(await statusOf(post(PING))).toBe('200')
  })

  it('of requests is answered, each of them', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const found = new Set<number>()
        for (let count = 0; count < 50; count += 1) found.add(await fetchStatus(LIST))
        return [...found]
      }),
    )
    expect([...new Set(statuses.flat())]).toEqual([200])
  })

  it('of sessions is answered, and memory does not grow', async () => {
    const openSessions = async (number: number) => {
      for (let count = 0; count < number; count += 10) {
        const batch = Array.from({ length: 10 }, () => fetchStatus(INITIALIZE))
        expect(new Set(await Promise.all(batch))).toEqual(new Set([200]))
      }
    }
    // All that there may be at once, and then as many again in their place.
    await openSessions(1_000)
    const before = memoryOf(serving.process.pid)
    await openSessions(1_000)
    expect(memoryOf(serving.process.pid) - before).toBeLessThan(60)
  })

  it('of requests whose answers nobody reads does not fill memory', async () => {
    const before = memoryOf(serving.process.pid)
    const socket = open()
    socket.pause()
    // Their answers together are 100 MB.
    socket.write(post(LIST).repeat(3_000))
    for (let count = 0; count < 100; count += 1) expect(await fetchStatus(LIST)).toBe(200)
    expect(memoryOf(serving.process.pid) - before).toBeLessThan(60)
  })
})

async function fetchStatus(body: string): Promise<number> {
  const { Host: _, ...headers } = TYPES
  const response = await fetch(serving.url, { method: 'POST', headers, body })
  await response.text()
  return response.status
}
