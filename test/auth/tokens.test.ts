import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createJwtCheck } from '../../src/auth/jwt.ts'
import { type Issuer, now, startIssuer } from '../support/issuer.ts'
import { makeKey, signWithNothing, signWithPublic } from '../support/issuer-keys.ts'
import { listTools } from './requests.ts'
import { closeAll, oauthOf, RESOURCE, serveFor } from './serving.ts'

/* Which tokens of an issuer open a server, as a client sees it. */

let issuer: Issuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

afterEach(closeAll)

const serve = (settings: Readonly<Record<string, string>> = {}) => serveFor(issuer, settings)
const good = () => issuer.token(RESOURCE)

describe('a token of the issuer', () => {
  it('gives access to the server that it is for', async () => {
    const url = await serve()
    expect((await listTools(url, await good())).status).toBe(200)
    const several = await issuer.token(RESOURCE, { aud: ['https://other.example', RESOURCE] })
    expect((await listTools(url, several)).status).toBe(200)
  })

  it.each(['RS256', 'PS384', 'ES512', 'EdDSA'])('may be signed with %s', async (alg) => {
    const key = await makeKey('other', alg)
    const before = issuer.key()
    const url = await serve()
    issuer.rotateTo(key)
    expect((await listTools(url, await good())).status).toBe(200)
    issuer.rotateTo(before)
  })

  it('is accepted with a slightly wrong clock, and without a type', async () => {
    const url = await serve()
    const off = { exp: now() - 10, nbf: now() + 10 }
    expect((await listTools(url, await issuer.token(RESOURCE, off))).status).toBe(200)
    const plain = await issuer.token(RESOURCE, {}, { typ: undefined })
    expect((await listTools(url, plain)).status).toBe(200)
  })

  type Bad = readonly [string, () => string | Promise<string>]
  const BAD: readonly Bad[] = [
    ['for another server', () => issuer.token('https://other.example/mcp')],
    ['for the server without its path', () => issuer.token('https://memory.example.com')],
    ['for nobody', () => issuer.token(RESOURCE, { aud: undefined })],
    ['of another issuer', () => issuer.token(RESOURCE, { iss: 'https://other.example' })],
    ['of the issuer with a slash', () => issuer.token(RESOURCE, { iss: `${issuer.url}/` })],
    ['that has expired', () => issuer.token(RESOURCE, { exp: now() - 60 })],
    ['that never expires', () => issuer.token(RESOURCE, { exp: undefined })],
    ['that does not count yet', () => issuer.token(RESOURCE, { nbf: now() + 60 })],
    ['that is no access token', () => issuer.token(RESOURCE, {}, { typ: 'logout+jwt' })],
    ['bound to a key', () => issuer.token(RESOURCE, { cnf: { jkt: 'x' } })],
    ['that nobody signed', () => signWithNothing(issuer.claims(RESOURCE))],
    [
      'signed with the public key as a secret',
      () => signWithPublic(issuer.claims(RESOURCE), issuer.key()),
    ],
    [
      'signed with a key that the issuer does not know',
      async () => (await makeKey('unknown')).sign(issuer.claims(RESOURCE)),
    ],
    [
      'signed with a key that calls itself like the one of the issuer',
      async () => (await makeKey(issuer.key().kid)).sign(issuer.claims(RESOURCE)),
    ],
    [
      'that brings its own key',
      async () => {
        const own = await makeKey('own')
        return own.sign(issuer.claims(RESOURCE), { jwk: own.publicJwk })
      },
    ],
    ['that was changed', async () => changeScope(await good())],
    ['without its signature', async () => (await good()).replace(/[^.]*$/, '')],
    ['that is none', () => 'abc'],
    ['of dots', () => '..'],
  ]

  it.each(BAD)('%s is refused', async (_, make) => {
    const url = await serve()
    const response = await listTools(url, await make())
    expect(response.status).toBe(401)
    const challenge = response.headers.get('www-authenticate') ?? ''
    expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"/)
    expect(challenge).toContain(`resource_metadata="https://memory.example.com/.well-known/`)
    expect((await listTools(url, await good())).status).toBe(200)
  })

  it('is refused with a reason that its owner can fix', async () => {
    const url = await serve()
    const expired = await listTools(url, await issuer.token(RESOURCE, { exp: 1 }))
    expect(await expired.json()).toHaveProperty('error.message', 'The token has expired.')
    const foreign = await listTools(url, await issuer.token('https://other.example'))
    expect(await foreign.json()).toHaveProperty('error.message', 'The token is for another server.')
  })
})

describe('the scopes of a token', () => {
  it.each([{ scope: undefined }, { scope: 'openid profile' }, { scp: ['users.read'], scope: '' }])(
    'of other services give no access: %o',
    async (claims) => {
      const response = await listTools(await serve(), await issuer.token(RESOURCE, claims))
      expect(response.status).toBe(403)
      const challenge = response.headers.get('www-authenticate')
      expect(challenge).toContain('error="insufficient_scope"')
      expect(challenge).toContain('scope="read"')
      expect(challenge).toContain('resource_metadata="https://memory.example.com/')
    },
  )

  it.each([
    { scope: 'openid recollect:read' },
    { scope: undefined, scp: ['read', 'chat'] },
    { scope: undefined, scp: 'read chat' },
  ])('may be given as %o', async (claims) => {
    const url = await serve()
    expect((await listTools(url, await issuer.token(RESOURCE, claims))).status).toBe(200)
  })

  it('have the configured prefix', async () => {
    const url = await serve({ RECOLLECT_OAUTH_SCOPE_PREFIX: 'api://memory/' })
    const named = await issuer.token(RESOURCE, { scope: 'api://memory/read' })
    expect((await listTools(url, named)).status).toBe(200)
    const other = await issuer.token(RESOURCE, { scope: 'recollect:read' })
    const refused = await listTools(url, other)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain('scope="api://memory/read"')
  })

  it('are the configured ones where the issuer names none', async () => {
    const url = await serve({ RECOLLECT_OAUTH_SCOPES: 'read,chat' })
    const plain = await issuer.token(RESOURCE, { scope: undefined })
    expect((await listTools(url, plain)).status).toBe(200)
  })
})

describe('the namespace of a token', () => {
  /** As the server that asks sees it. */
  async function accessFor(claim: string | undefined, others: object) {
    const settings = claim === undefined ? {} : { RECOLLECT_OAUTH_NAMESPACE_CLAIM: claim }
    const check = createJwtCheck(oauthOf(issuer, settings), 'team', () => undefined)
    return check(await issuer.token(RESOURCE, others))
  }
  const namespaceFor = async (claim: string, value: unknown) => {
    const access = await accessFor(claim, { [claim]: value })
    return access !== undefined && 'namespace' in access ? access.namespace : access?.reason
  }

  it("is the server's, unless a claim is configured", async () => {
    expect(await accessFor(undefined, { org_id: 'acme' })).toEqual({
      namespace: 'team',
      scopes: new Set(['read', 'chat', 'write']),
      name: 'oauth:user-1',
    })
  })

  it("is what the claim says, and never somebody else's", async () => {
    const values = ['acme', 'default', 'a.b', 'a_b', 'a b', 'A', 'a', 'ä', 'x'.repeat(64), '../a']
    const namespaces = await Promise.all(values.map((value) => namespaceFor('org_id', value)))
    expect(namespaces.slice(0, 2)).toEqual(['org_id.acme', 'org_id.default'])
    expect(new Set(namespaces).size).toBe(values.length)
    for (const namespace of namespaces) expect(namespace).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
    // Nor by a value that looks like what another one becomes.
    expect(await namespaceFor('org_id', namespaces[2])).not.toBe(namespaces[2])
    expect(await namespaceFor('https://example.com/org', 'acme')).toMatch(/^oauth-[\w-]{43}$/)
  })

  it.each([undefined, '', 7, null, ['acme'], { id: 'acme' }])(
    'that cannot be determined from %o is refused, not shared',
    async (value) => {
      expect(await namespaceFor('org_id', value)).toBe('invalid')
      expect(await namespaceFor('constructor', undefined)).toBe('invalid')
    },
  )
})

/** As somebody would who has a token, and wants a better one. */
function changeScope(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const better = Buffer.from(JSON.stringify({ ...claims, scope: 'admin' })).toString('base64url')
  return [header, better, signature].join('.')
}
