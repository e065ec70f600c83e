import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createJwtCheck } from '../../src/auth/jwt.ts'
import { sessionOf } from '../access/raw.ts'
import { openBy } from '../support/access.ts'
import { type Issuer, now, startIssuer } from '../support/issuer.ts'
import { listTools } from './requests.ts'
import { closeAll, oauthOf, RESOURCE, serveFor } from './serving.ts'

/* A stream that was opened with a token of the issuer lasts as long as the token. */

let issuer: Issuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())
afterEach(closeAll)

/** Stops being valid in 3 seconds, as clocks may differ by 30; that is time to open a stream. */
const soon = () => issuer.token(RESOURCE, { exp: now() - 30 + 3 })

const KINDS = { 'GET of a session': openOld, 'subscriptions/listen': listen }
const KIND_NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[]

async function openOld(url: string, token: string): Promise<Response> {
  return fetch(url, {
    headers: {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${token}`,
      'Mcp-Session-Id': await sessionOf(url, token),
    },
  })
}

function listen(url: string, token: string): Promise<Response> {
  const params = {
    notifications: { resourcesListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  }
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${token}`,
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
  })
}

const ended = (stream: Response) =>
  stream.text().then(
    () => 'ended',
    () => 'ended',
  )

describe.each(KIND_NAMES)('a stream of %s', (kind) => {
  it('ends when its token expires, and the stream of another token continues', async () => {
    const url = await serveFor(issuer)
    const token = await soon()
    const [short, long] = [
      await KINDS[kind](url, token),
      await KINDS[kind](url, await issuer.token(RESOURCE)),
    ]
    expect([short.status, long.status]).toEqual([200, 200])
    const end = ended(long)
    expect(await ended(short)).toBe('ended')
    expect((await listTools(url, token)).status).toBe(401)
    expect(await Promise.race([end, sleep(1_000, 'goes on')])).toBe('goes on')
  })

  it('also ends while the issuer is down, which is logged only once', async () => {
    const warned: string[] = []
    const oauth = oauthOf(issuer)
    const times = { pauseMilliseconds: 0, maxAgeMilliseconds: 1 }
    const check = createJwtCheck(oauth, 'default', () => undefined, times)
    const url = await serveFor(
      issuer,
      {},
      {
        authenticate: openBy(check),
        log: (level, line) => void (level === 'warn' && warned.push(line)),
      },
    )
    const token = await soon()
    const [short, long] = [
      await KINDS[kind](url, token),
      await KINDS[kind](url, await issuer.token(RESOURCE)),
    ]
    expect([short.status, long.status]).toEqual([200, 200])
    issuer.fail(true)
    try {
      const end = ended(long)
      expect(await ended(short)).toBe('ended')
      expect((await listTools(url, token)).status).toBe(401)
      expect(await Promise.race([end, sleep(1_000, 'goes on')])).toBe('goes on')
      expect(warned).toEqual(['the token of an open stream could not be checked'])
    } finally {
      issuer.fail(false)
    }
  })
})
