import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createJwtCheck } from '../../src/auth/jwt.ts'
import { type OAuthSettings, readOAuthSettings } from '../../src/auth/oauth-settings.ts'
import { type HttpOptions, type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import { stubServer } from '../mcp/stub-context.ts'
import { type Issuer, now, startIssuer } from '../support/issuer.ts'
import { makeKey, signWithNothing, signWithPublic } from '../support/issuer-keys.ts'
import { listTools } from './requests.ts'

/* Which tokens of an issuer open a server, as a client sees it. */

const RESOURCE = 'https://memory.example.com/mcp'

let issuer: Issuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

const open: HttpServing[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
})

async function serve(
  settings: Readonly<Record<string, string>> = {},
  options: Partial<HttpOptions> = {},
): Promise<string> {
  const oauth = readOAuthSettings({
    RECOLLECT_OAUTH_ISSUER: issuer.url,
    RECOLLECT_PUBLIC_URL: RESOURCE,
    ...settings,
  }) as OAuthSettings
  const serving = await serveOverHttp(stubServer().createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    log: () => undefined,
    // So that a new key is looked for at once.
    checkToken: createJwtCheck(oauth, () => undefined, {
      pauseMilliseconds: 0,
      maxAgeMilliseconds: 600_000,
    }),
    protectedResource: oauth,
    ...options,
  })
  open.push(serving)
  return serving.url
}

const good = () => issuer.token(RESOURCE)

describe('a token of the issuer', () => {
  it('opens the server that it is for', async () => {
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

  it('is taken with a clock that is a little off, and without a type', async () => {
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

  it('is refused with what its owner can mend', async () => {
    const url = await serve()
    const expired = await listTools(url, await issuer.token(RESOURCE, { exp: 1 }))
    expect(await expired.json()).toHaveProperty('error.message', 'The token has expired.')
    const foreign = await listTools(url, await issuer.token('https://other.example'))
    expect(await foreign.json()).toHaveProperty('error.message', 'The token is for another server.')
  })
})

describe('the scopes of a token', () => {
  it.each([{ scope: undefined }, { scope: 'openid profile' }, { scp: ['users.read'], scope: '' }])(
    'that are none of ours open nothing: %o',
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
  ])('may stand in %o', async (claims) => {
    const url = await serve()
    expect((await listTools(url, await issuer.token(RESOURCE, claims))).status).toBe(200)
  })

  it('have the prefix that is set', async () => {
    const url = await serve({ RECOLLECT_OAUTH_SCOPE_PREFIX: 'api://memory/' })
    const named = await issuer.token(RESOURCE, { scope: 'api://memory/read' })
    expect((await listTools(url, named)).status).toBe(200)
    const other = await issuer.token(RESOURCE, { scope: 'recollect:read' })
    const refused = await listTools(url, other)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain('scope="api://memory/read"')
  })

  it('are those that are set, where the issuer names none', async () => {
    const url = await serve({ RECOLLECT_OAUTH_SCOPES: 'read,chat' })
    const plain = await issuer.token(RESOURCE, { scope: undefined })
    expect((await listTools(url, plain)).status).toBe(200)
  })
})

describe('the keys of the issuer', () => {
  it('are asked for once, and again when it has a new one', async () => {
    const url = await serve()
    const before = issuer.asked.length
    const old = await good()
    for (let count = 0; count < 3; count += 1) {
      expect((await listTools(url, old)).status).toBe(200)
    }
    expect(issuer.asked.slice(before)).toEqual(['/.well-known/oauth-authorization-server', '/jwks'])
    await issuer.rotate()
    expect((await listTools(url, await good())).status).toBe(200)
    expect(issuer.asked.slice(before + 2)).toEqual(['/jwks'])
    expect((await listTools(url, old)).status).toBe(401)
  })

  it('are not asked for by everybody who makes up a token', async () => {
    const url = await serve(
      {},
      {
        checkToken: createJwtCheck(
          readOAuthSettings({
            RECOLLECT_OAUTH_ISSUER: issuer.url,
            RECOLLECT_PUBLIC_URL: RESOURCE,
          }) as OAuthSettings,
          () => undefined,
        ),
      },
    )
    const before = issuer.asked.length
    for (let count = 0; count < 20; count += 1) {
      const made = await (await makeKey(`made-up-${count}`)).sign(issuer.claims(RESOURCE))
      expect((await listTools(url, made)).status).toBe(401)
    }
    expect(issuer.asked.length - before).toBe(2)
  })

  it('that can not be had make the client wait, not log in again', async () => {
    const url = await serve()
    issuer.fail(true)
    const response = await listTools(url, await good())
    issuer.fail(false)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.text()).not.toContain(issuer.url)
    expect((await listTools(url, await good())).status).toBe(200)
  })

  it('that are known serve while the issuer is away', async () => {
    const url = await serve()
    expect((await listTools(url, await good())).status).toBe(200)
    issuer.fail(true)
    expect((await listTools(url, await good())).status).toBe(200)
    issuer.fail(false)
  })

  it('are found where OpenID has them, for one tenant of several, or where a setting says', async () => {
    const tenant = await startIssuer({ path: '/tenant-1', openIdOnly: true })
    const found = await serve({ RECOLLECT_OAUTH_ISSUER: tenant.url })
    expect((await listTools(found, await tenant.token(RESOURCE))).status).toBe(200)
    expect(tenant.asked).toEqual([
      '/.well-known/oauth-authorization-server/tenant-1',
      '/.well-known/openid-configuration/tenant-1',
      '/tenant-1/.well-known/openid-configuration',
      '/tenant-1/jwks',
    ])
    const told = await serve({
      RECOLLECT_OAUTH_ISSUER: tenant.url,
      RECOLLECT_OAUTH_JWKS_URL: tenant.jwksUrl,
    })
    expect((await listTools(told, await tenant.token(RESOURCE))).status).toBe(200)
    expect(tenant.asked.slice(4)).toEqual(['/tenant-1/jwks'])
    await tenant.close()
  })

  it('of somebody who calls himself the issuer do not count', async () => {
    const impostor = await startIssuer({ named: 'https://other.example' })
    const url = await serve({ RECOLLECT_OAUTH_ISSUER: impostor.url })
    expect((await listTools(url, await impostor.token(RESOURCE))).status).toBe(503)
    expect(impostor.asked).not.toContain('/jwks')
    await impostor.close()
  })
})

/** As somebody would who has a token, and wants a better one. */
function changeScope(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const better = Buffer.from(JSON.stringify({ ...claims, scope: 'admin' })).toString('base64url')
  return [header, better, signature].join('.')
}
