import { request as httpRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { listTools } from '../auth/requests.ts'
import { openWith } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

/* Which pages may call, and under which names. */

const PAGE = 'https://app.example.com'

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(options: Partial<HttpOptions> = {}): Promise<string> {
  const serving = await serveOverHttp(stubServer().createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    log: () => undefined,
    authenticate: openWith('correct-horse'),
    corsOrigins: [PAGE],
    ...options,
  })
  open.push(serving)
  return serving.url
}

/** A preflight request; `fetch` would not send all of its headers. */
function preflight(url: string, origin: string) {
  const headers = {
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers':
      'authorization, content-type,mcp-session-id, mcp-param-agent, x-evil',
  }
  return new Promise<{ status?: number | undefined; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      httpRequest(url, { method: 'OPTIONS', headers }, (response) => {
        response.resume()
        resolve({ status: response.statusCode, headers: response.headers })
      })
        .on('error', reject)
        .end()
    },
  )
}

describe('a page of an allowed origin', () => {
  it('gets its preflight answered without a token', async () => {
    const url = await serve()
    const { status, headers } = await preflight(url, PAGE)
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, mcp-session-id, mcp-param-agent',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('may read answers and refusals, and the headers that it needs', async () => {
    const url = await serve()
    for (const token of ['correct-horse', 'wrong']) {
      const response = await listTools(url, token, { Origin: PAGE })
      expect(response.status).toBe(token === 'wrong' ? 401 : 200)
      expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
      expect(response.headers.get('access-control-expose-headers')).toBe(
        'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After',
      )
      expect(response.headers.get('vary')).toContain('Origin')
    }
  })
})

describe('a page of another origin', () => {
  it.each([
    'https://evil.example',
    'http://app.example.com',
    `${PAGE}:8443`,
    `${PAGE}.evil.example`,
  ])('%s is refused', async (origin) => {
    const url = await serve()
    const asked = await preflight(url, origin)
    expect(asked.status).toBe(403)
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
    expect((await listTools(url, 'correct-horse', { Origin: origin })).status).toBe(403)
  })

  it('on this machine may not call unless its origin is allowed', async () => {
    const page = 'http://localhost:6274'
    const call = (url: string) => listTools(url, 'correct-horse', { Origin: page })
    const refused = await call(await serve())
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
    expect((await call(await serve({ corsOrigins: [page] }))).status).toBe(200)
  })

  it('gets no CORS headers where no origin is allowed', async () => {
    const url = await serve({ corsOrigins: [] })
    expect((await preflight(url, PAGE)).status).toBe(403)
    const response = await listTools(url, 'correct-horse')
    expect([...response.headers.keys()].filter((name) => /^access|^vary/.test(name))).toEqual([])
  })
})

describe('a host', () => {
  const statusFor = (url: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = url.replace('/mcp', '/health')
      httpRequest(asked, { headers: { Host: host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })

  it('is accepted under the configured names, with any port, and no other', async () => {
    const url = await serve({ allowedHosts: ['memory.example.com'] })
    expect(await statusFor(url, 'memory.example.com')).toBe(200)
    expect(await statusFor(url, 'Memory.Example.com:8443')).toBe(200)
    expect(await statusFor(url, 'other.example.com')).toBe(403)
  })
})
