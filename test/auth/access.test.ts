import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rpc, sessionOf } from '../access/raw.ts'
import { startAccessWorld, type World } from '../access/world.ts'
import { CLIENT_KINDS } from '../support/connect.ts'
import { type Issuer, now, startIssuer } from '../support/issuer.ts'
import { RESOURCE } from './serving.ts'

/* Access with an issuer's token, at a server that accepts every kind of token. */

let issuer: Issuer
let world: World
const settings = () => ({
  RECOLLECT_OAUTH_ISSUER: issuer.url,
  RECOLLECT_PUBLIC_URL: RESOURCE,
})
beforeAll(async () => {
  issuer = await startIssuer()
  world = await startAccessWorld({ ...settings(), RECOLLECT_OAUTH_NAMESPACE_CLAIM: 'org_id' })
})
afterAll(async () => {
  await world.close()
  await issuer.close()
})

const tokenOf = (org: string, scope = 'read chat write', others: object = {}) =>
  issuer.token(RESOURCE, { org_id: org, scope, ...others })
const CREATE = { name: 'create_agent', arguments: { name: 'Planted', human: 'Empty.' } }
const namesFor = async (token: string, url = world.url): Promise<readonly string[]> => {
  const { agents } = (
    await (await world.connect(token, url.replace(world.url, ''))).call('list_agents')
  ).data
  return agents.map(({ name }: { name: string }) => name)
}

describe('a token of the issuer that may only read', () => {
  it.each(CLIENT_KINDS)(
    'shows a %s client only tools that read, and lets it write nothing',
    async (kind) => {
      const token = await tokenOf(`readers-${kind}`, 'read')
      const client = await world.connect(token, '', kind)
      const listed = (await client.tools()).map(({ name }) => name)
      expect(listed).toContain('list_agents')
      expect(listed).not.toContain('create_agent')
      await expect(client.call('create_agent', CREATE.arguments)).rejects.toThrow(/./)
      expect((await client.call('list_agents')).data).toEqual({ agents: [] })
    },
  )

  it('is told to get the scope that is needed, with or without a session', async () => {
    const token = await tokenOf('acme', 'read')
    const session = await sessionOf(world.url, token)
    for (const options of [{ token }, { token, session }]) {
      const refused = await rpc(world.url, 'tools/call', CREATE, options)
      expect(refused).toMatchObject({
        status: 403,
        challenge:
          'Bearer error="insufficient_scope", scope="write", resource_metadata="https://memory.example.com/.well-known/oauth-protected-resource/mcp"',
        error: 'This needs the scope "write", which the token lacks.',
      })
    }
    expect(await namesFor(token)).toEqual([])
  })

  it('writes nothing through a call in a batch', async () => {
    const token = await tokenOf('acme', 'read')
    const session = await sessionOf(world.url, token)
    const calls = [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: CREATE }]
    for (const headers of [{}, { 'Mcp-Session-Id': session }]) {
      const response = await fetch(world.url, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify(calls),
      })
      await response.text()
    }
    expect(await namesFor(token)).toEqual([])
  })

  it('can write once replaced by one with the scope', async () => {
    const more = await tokenOf('wider', 'read write')
    expect((await rpc(world.url, 'tools/call', CREATE, { token: more })).status).toBe(200)
    expect(await namesFor(more)).toEqual(['Planted'])
  })
})

it('a token of the issuer that may not read is refused what is stored', async () => {
  const token = await tokenOf('acme', 'chat')
  const read = await rpc(world.url, 'resources/read', { uri: 'recollect://agents' }, { token })
  expect(read).toMatchObject({ status: 403, challenge: expect.stringContaining('scope="read"') })
})

it('a stored token without the scope is not sent to the issuer, which could not widen it', async () => {
  const token = await world.token('default', ['read'])
  expect((await rpc(world.url, 'tools/call', CREATE, { token })).status).toBe(200)
  expect(await namesFor(token)).toEqual([])
})

describe('the namespace of a token of the issuer', () => {
  it('shows its own data, and nothing of another', async () => {
    const [acme, globex] = [await tokenOf('acme-2'), await tokenOf('globex')]
    const one = await world.connect(acme)
    const { agent } = (await one.call('create_agent', { name: 'Ada', human: 'Likes tea.' })).data
    const other = await world.connect(globex)
    expect(await namesFor(globex)).toEqual([])
    for (const reference of [agent.id, 'Ada']) {
      const { data } = await other.call('get_agent', { agent: reference })
      expect(data.error.code).toBe('not_found')
    }
    await expect(other.read(`recollect://agents/${agent.id}`)).rejects.toThrow(/./)
    expect(await namesFor(await world.token())).toEqual([])
    expect(await namesFor(await world.token('acme-2'))).toEqual([])
    // A token of ours can be made for it.
    expect(await namesFor(await world.token('org_id.acme-2'))).toEqual(['Ada'])
  })

  it("is the server's where no claim is configured", async () => {
    const team = await startAccessWorld({ ...settings(), RECOLLECT_NAMESPACE: 'team' })
    await team.app.context.agents.create({ name: 'Teamster' })
    const client = await team.connect(await tokenOf('acme'))
    const { agents } = (await client.call('list_agents')).data
    expect(agents).toMatchObject([{ name: 'Teamster' }])
    await team.close()
  })
})

describe('a session of somebody with a token of the issuer', () => {
  const statusOf = async (session: string, token: string) =>
    (await rpc(world.url, 'tools/list', {}, { session, token })).status

  it("continues with the same user's next token, and with nobody else's", async () => {
    const session = await sessionOf(world.url, await tokenOf('acme'))
    expect(await statusOf(session, await tokenOf('acme', undefined, { exp: now() + 600 }))).toBe(
      200,
    )
    const others = [
      await tokenOf('globex'),
      await tokenOf('acme', 'read chat write', { sub: 'user-2' }),
      await tokenOf('acme', 'read chat write admin'),
      await world.token('org_id.acme', ['read', 'chat', 'write']),
    ]
    for (const token of others) expect(await statusOf(session, token)).toBe(404)
  })
})
