import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHttp } from '../../src/app/serve.ts'
import type { ServerOptions } from '../../src/mcp/serve/server.ts'
import type { HttpServing } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { openToAll, openWith } from '../support/access.ts'
import { CLIENT_KINDS, connect } from '../support/connect.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Offers at each address, for sessions and for stateless requests. */

let server: RealServer
let ada: string
const open: HttpServing[] = []

beforeAll(async () => {
  server = await startRealServer()
  ada = (await server.answer('create_agent', { name: 'Ada & Co / 1' })).agent.id
  await server.answer('create_agent', { name: 'Bob' })
  for (const _ of [1, 2]) await server.answer('create_agent', { name: 'Twin' })
})
afterAll(async () => {
  await Promise.all(open.map((serving) => serving.close()))
  await server.close()
})

/** The address of `/mcp` of a server that is set so. */
async function serve(settings: Partial<ServerOptions & HttpOptions> = {}): Promise<string> {
  const serving = await serveHttp(async () => server.context, {
    toolsets: ['core'],
    host: '127.0.0.1',
    port: 0,
    authenticate: openToAll,
    log: () => undefined,
    ...settings,
  })
  open.push(serving)
  return serving.url
}

const ADA = `/agents/${encodeURIComponent('Ada & Co / 1')}`

async function toolsAt(url: string, kind: (typeof CLIENT_KINDS)[number] = 'v2-auto') {
  const client = await connect(kind, { kind: 'http', url })
  const names = (await client.tools()).map(({ name }) => name)
  await client.close()
  return names
}

/** Sends a request without a session. */
async function ask(url: string, method = 'tools/list', params: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2025-06-18',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const text = await response.text()
  const json = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? 'null')
  return { status: response.status, body: JSON.parse(json) }
}

describe.each(CLIENT_KINDS)('to a %s client', (kind) => {
  let url: string
  beforeAll(async () => {
    url = await serve()
  })

  it('a URL offers the toolsets that it names', async () => {
    const core = await toolsAt(url, kind)
    const both = await toolsAt(`${url}?toolsets=core,admin`, kind)
    const admin = await toolsAt(`${url}?toolsets=admin`, kind)
    expect(core).not.toContain('stats')
    expect(admin).toContain('stats')
    expect(both).toEqual([...core, ...admin])
    const others = ['memory', 'tools', 'agents', 'transfer']
    const listed = await Promise.all(others.map((one) => toolsAt(`${url}?toolsets=${one}`, kind)))
    expect(listed[0]).toContain('memory_history')
    const all = await toolsAt(`${url}?toolsets=all`, kind)
    // A tool may be in two toolsets, and is listed once.
    expect(new Set(all)).toEqual(new Set([...both, ...listed.flat()]))
    expect(all).toHaveLength(new Set(all).size)
    expect(await toolsAt(`${url}?toolsets=core&toolsets=admin&other=1`, kind)).toEqual(both)
  })

  it('a URL of one agent, by id or name, is pinned to that agent', async () => {
    for (const path of [ADA, `/agents/${ada}`, `/agents/${ada}?toolsets=core,admin`]) {
      const client = await connect(kind, { kind: 'http', url: `${url}${path}` })
      expect((await client.call('read_memory')).data.agent_id).toBe(ada)
      expect((await client.tools()).map(({ name }) => name)).not.toContain('create_agent')
      await client.close()
    }
  })
})

describe('an address', () => {
  it('counts for requests without a session, too', async () => {
    const url = await serve()
    const { body } = await ask(`${url}?toolsets=admin`)
    expect(body.result.tools.map(({ name }: { name: string }) => name)).toContain('stats')
    const called = await ask(`${url}${ADA}`, 'tools/call', { name: 'read_memory', arguments: {} })
    expect(called.body.result.structuredContent.agent_id).toBe(ada)
  })

  it.each([
    ['?toolsets=core,everything', 400, /"everything".*core, .*admin.*all/],
    ['/agents/Nobody', 404, /"Nobody"/],
    ['/agents/agent-00000000-0000-4000-8000-000000000000', 404, /No agent has the id/],
    ['/agents/Twin', 400, /More than one agent.*agent-.*Give the id/],
    ['/agents/%E0%A4%A', 400, /URL-encoded/],
    ['/agents/', 404, /MCP is at \/mcp/],
    ['/agents/Ada/more', 404, /MCP is at \/mcp/],
  ])('that does not exist, like %s, is %d and says which do', async (path, status, text) => {
    const url = await serve()
    const { status: found, body } = await ask(`${url}${path}`)
    expect(found).toBe(status)
    expect(body).toMatchObject({ jsonrpc: '2.0', error: { message: expect.stringMatching(text) } })
    const initialize = await ask(`${url}${path}`, 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '0' },
    })
    expect(initialize.status).toBe(status)
  })

  it('shows no tool that writes where the server only reads', async () => {
    const url = await serve({ readOnly: true })
    for (const path of ['', '?toolsets=all', `${ADA}?toolsets=all`]) {
      const names = await toolsAt(`${url}${path}`)
      expect(names).toContain('read_memory')
      expect(names).not.toContain('send_message')
      expect(names).not.toContain('reset_messages')
    }
  })

  it('reaches no other agent where the server is pinned to one', async () => {
    const url = await serve({ agent: 'Ada & Co / 1' })
    for (const path of ['', '?toolsets=core', ADA, `/agents/${ada}`]) {
      const client = await connect('v2-auto', { kind: 'http', url: `${url}${path}` })
      expect((await client.call('read_memory')).data.agent_id).toBe(ada)
      await client.close()
    }
    for (const path of ['/agents/Bob', '/agents/Twin', '/agents/Nobody']) {
      const { status, body } = await ask(`${url}${path}`)
      expect({ status, message: body.error.message }).toEqual({
        status: 404,
        message: 'This server serves one agent only, and not that one. It is at /mcp.',
      })
    }
  })

  it('needs the token like /mcp itself', async () => {
    const url = await serve({ authenticate: openWith('a-long-enough-token') })
    for (const path of ['?toolsets=admin', ADA, '/agents/Nobody']) {
      expect((await ask(`${url}${path}`)).status).toBe(401)
    }
  })

  it('of a session stays the same for its life', async () => {
    const url = await serve()
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    }
    const post = (to: string, more: object, body: object) =>
      fetch(to, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      })
    const opened = await post(
      `${url}${ADA}`,
      {},
      {
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: { name: 'test', version: '0' },
        },
      },
    )
    const session = { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') ?? '' }
    await opened.text()
    const listed = await post(`${url}?toolsets=all`, session, { id: 2, method: 'tools/list' })
    const text = await listed.text()
    expect(text).toContain('read_memory')
    expect(text).not.toContain('create_agent')
    expect(text).not.toContain('list_runs')
  })
})
