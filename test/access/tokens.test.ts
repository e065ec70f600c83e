import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '../../src/core/access.ts'
import { toTimestamp } from '../../src/core/clock.ts'
import { rpc, sessionOf } from './raw.ts'
import { startAccessWorld, type World } from './world.ts'

const PATIENT = { timeout: 10_000, interval: 50 }
const NOT_TAKEN =
  'This bearer token is not taken: it is wrong, has expired or was revoked. Ask the operator of this server for another.'

let world: World
beforeAll(async () => {
  world = await startAccessWorld()
})
afterAll(() => world.close())

const create = (name: string, expiresAt: string | null = null) =>
  world.tokens.create({ name, namespace: 'default', scopes: SCOPES, expiresAt })

/** A stream on which a client is told of changes. */
function openStream(token: string, session: string) {
  return fetch(world.url, {
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'text/event-stream',
      'Mcp-Session-Id': session,
    },
  })
}

/** Resolves when the stream has come to an end, cut off or not. */
async function ended(stream: Response): Promise<'ended'> {
  await stream.text().catch(() => '')
  return 'ended'
}

describe('a token', () => {
  it('is taken until it is revoked, from then on by nobody', async () => {
    const { token } = await create('laptop')
    expect((await rpc(world.url, 'tools/list', {}, { token })).status).toBe(200)
    await world.tokens.revoke('laptop')
    const refused = await rpc(world.url, 'tools/list', {}, { token })
    expect(refused).toMatchObject({ status: 401, challenge: 'Bearer error="invalid_token"' })
    expect(refused.error).toBe(NOT_TAKEN)
  })

  it('that is wrong, expired, revoked or of no kind that is known is refused alike', async () => {
    const { token: expired } = await create('expired', toTimestamp(Date.now() - 1))
    const { token: revoked, id } = await create('revoked')
    await world.tokens.revoke(id)
    const wrong = `${revoked.slice(0, -1)}${revoked.endsWith('A') ? 'B' : 'A'}`
    const answers = await Promise.all(
      [expired, revoked, wrong, 'rcl_', 'something-else', 'a.b.c'].map((token) =>
        rpc(world.url, 'tools/list', {}, { token }),
      ),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ status: 401, error: NOT_TAKEN })
    expect(await rpc(world.url, 'tools/list')).toMatchObject({ status: 401, challenge: 'Bearer' })
  })

  it('is good until its time has come', async () => {
    const { token } = await create('short', toTimestamp(Date.now() + 3_000))
    expect((await rpc(world.url, 'tools/list', {}, { token })).status).toBe(200)
    const session = await sessionOf(world.url, token)
    const stream = await openStream(token, session)
    expect(stream.status).toBe(200)
    expect(await ended(stream)).toBe('ended')
    expect((await rpc(world.url, 'tools/list', {}, { token })).status).toBe(401)
  })

  it('has a name that no other has, until it is revoked', async () => {
    const { id } = await create('phone')
    await expect(create('phone')).rejects.toMatchObject({ code: 'conflict' })
    await world.tokens.revoke(id)
    await create('phone')
    await expect(world.tokens.revoke('nobody')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is shown once, to the caller that made it', async () => {
    const { token } = await create('canary')
    const client = await world.connect(token)
    await client.call('create_agent', { name: 'Ada', human: 'Empty.' })
    await client.call('get_agent', { agent: token })
    await rpc(world.url, 'tools/list', {}, { token: `${token}x` })
    await vi.waitFor(async () => {
      const [used] = (await world.tokens.list()).filter(({ name }) => name === 'canary')
      expect(used?.lastUsedAt).not.toBeNull()
    }, PATIENT)
    const results = await Promise.all(
      ['list_agents', 'stats', 'list_runs'].map((tool) => client.call(tool)),
    )
    const places = [
      JSON.stringify(await world.tokens.list()),
      JSON.stringify(results),
      world.logged.join('\n'),
      ...['', '-wal', '-shm']
        .map((end) => `${world.databasePath}${end}`)
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path, 'latin1')),
    ]
    for (const place of places) {
      expect(place.includes(token)).toBe(false)
      expect(place.includes(token.slice(4))).toBe(false)
    }
    // Proves that the places searched hold the data they should.
    expect(places.join('')).toContain('canary')
  })
})

describe('a session', () => {
  it('is there only for the caller that opened it', async () => {
    const token = await world.token('alpha')
    const session = await sessionOf(world.url, token)
    const list = (by: string) =>
      rpc(world.url, 'tools/list', {}, { token: by, session }).then(({ status, error }) => ({
        status,
        error,
      }))
    expect((await list(token)).status).toBe(200)
    const unknown = await rpc(world.url, 'tools/list', {}, { token, session: 'made-up' })
    const others = [
      await world.token('beta'),
      await world.token('alpha'),
      await world.token('alpha', ['read']),
    ]
    for (const other of others) {
      expect(await list(other)).toEqual({ status: 404, error: unknown.error })
    }
    expect((await openStream(others[0] ?? '', session)).status).toBe(404)
  })

  it('and its stream end soon after the token was revoked, and no others', async () => {
    const { token } = await create('leaving')
    const { token: staying } = await create('staying')
    const stream = await openStream(token, await sessionOf(world.url, token))
    const other = await openStream(staying, await sessionOf(world.url, staying))
    expect([stream.status, other.status]).toEqual([200, 200])
    await world.tokens.revoke('leaving')
    expect(await ended(stream)).toBe('ended')
    const otherEnds = ended(other)
    const first = await Promise.race([
      otherEnds,
      new Promise((resolve) => setTimeout(resolve, 1_600, 'open')),
    ])
    expect(first).toBe('open')
    await world.tokens.revoke('staying')
    await otherEnds
  })
})
