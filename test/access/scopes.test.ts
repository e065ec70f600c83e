import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixedToken } from '../../src/auth/fixed-token.ts'
import { SCOPES, type Scope } from '../../src/core/access.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { serveOverHttp } from '../../src/mcp/transports/http.ts'
import { stubServer } from '../mcp/stub-context.ts'
import { openBy } from '../support/access.ts'
import { CLIENT_KINDS, type Connection } from '../support/connect.ts'
import { rpc } from './raw.ts'
import { startAccessWorld, type World } from './world.ts'

const TOOLS = toolsOf(TOOLSETS)

let world: World
beforeAll(async () => {
  world = await startAccessWorld()
})
afterAll(() => world.close())

async function clientWith(
  scopes: readonly Scope[],
  kind?: (typeof CLIENT_KINDS)[number],
): Promise<Connection> {
  return world.connect(await world.token('default', scopes), '', kind)
}

describe.each(SCOPES)('a token with all scopes but %s', (missing) => {
  const others = SCOPES.filter((scope) => scope !== missing)

  it('is shown the tools that it may use, and refused the others by the name of the scope', async () => {
    const client = await clientWith(others)
    const listed = (await client.tools()).map(({ name }) => name)
    const allowed = TOOLS.filter(({ scope }) => scope !== missing).map(({ name }) => name)
    expect(listed).toEqual(allowed)
    for (const { name, scope } of TOOLS.filter((tool) => !listed.includes(tool.name))) {
      const { isError, text, data } = await client.call(name, { agent: 'Ada' })
      expect({ isError, code: data.error.code }, name).toEqual({
        isError: true,
        code: 'unauthorized',
      })
      expect(scope).toBe(missing)
      expect(text).toBe(
        `This needs the scope "${missing}", and the token has ${others.join(', ')}. Use a token that has it; the operator of this server can make one.`,
      )
    }
  })
})

describe('a tool', () => {
  it.each(TOOLS)('$name needs `read` if it only reads, and never otherwise', (tool) => {
    expect(tool.scope === 'read').toBe(tool.annotations.readOnlyHint)
  })
})

describe.each(CLIENT_KINDS)('a %s client whose token may not read', (kind) => {
  it('finds nothing listed, and is refused what it asks for', async () => {
    const client = await clientWith(['chat', 'write', 'admin'], kind)
    expect(await client.resources()).toEqual([])
    expect(await client.templates()).toEqual([])
    expect(await client.prompts()).toEqual([])
    const sentence = /needs the scope "read"/
    await expect(client.read('recollect://agents')).rejects.toThrow(sentence)
    await expect(client.prompt('load_memory', { agent: 'Ada' })).rejects.toThrow(sentence)
    const typed = { name: 'agent', value: '' }
    await expect(client.complete({ prompt: 'load_memory' }, typed)).rejects.toThrow(sentence)
    await expect(client.listen(['recollect://agents'])).rejects.toThrow(sentence)
    expect((await client.call('create_agent', { human: 'Empty.' })).isError).toBe(false)
  })
})

describe('an unknown tool', () => {
  it('is answered without the names of tools that the token may not use', async () => {
    const client = await clientWith(['read'])
    await expect(client.call('delete_agents')).rejects.toThrow(/^(?!.*delete_agent\b)/)
  })
})

describe('a server that asks for scopes as OAuth has it', () => {
  it('answers with 403 and the scope that a client has to ask for', async () => {
    const scopes = new Set(['read', 'chat'] as const)
    const authenticate = openBy(
      fixedToken('a-token', { namespace: 'default', scopes, name: 'Ada' }),
    )
    const { createServer } = stubServer({ agents: { list: async () => ({ items: [] }) } })
    const serving = await serveOverHttp(createServer, {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      authenticate,
      asksForScope: ({ name }) => name === 'Ada',
      log: () => undefined,
    })
    const call = (name: string) =>
      fetch(serving.url, {
        method: 'POST',
        headers: {
          Authorization: 'Bearer a-token',
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name, arguments: {} },
        }),
      })
    const refused = await call('delete_agent')
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="admin"',
    )
    expect((await call('list_agents')).status).toBe(200)
    await serving.close()
  })
})

describe('a server of one agent', () => {
  it('tells a token of another namespace nothing about it', async () => {
    const pinned = await startAccessWorld({ RECOLLECT_AGENT: 'Secretive' })
    await pinned.app.context.agents.create({ name: 'Secretive' })
    const own = await pinned.connect(await pinned.token())
    expect((await own.call('get_agent')).data.agent.name).toBe('Secretive')
    const { status, error } = await rpc(
      pinned.url,
      'tools/list',
      {},
      { token: await pinned.token('alpha') },
    )
    expect({ status, error }).toEqual({
      status: 404,
      error: 'This server serves one agent only, which is not for this token.',
    })
    await pinned.close()
  })
})
