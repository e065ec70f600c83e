import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createJwtCheck } from '../../src/auth/jwt.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { openBy } from '../support/access.ts'
import { type Issuer, startIssuer } from '../support/issuer.ts'
import { makeKey } from '../support/issuer-keys.ts'
import { listTools } from './requests.ts'
import { closeAll, oauthOf, RESOURCE, serveFor } from './serving.ts'

/* Where the keys come from that tokens are signed with, and what happens when they don't. */

let issuer: Issuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())
afterEach(closeAll)

const serve = (
  settings: Readonly<Record<string, string>> = {},
  options: Partial<HttpOptions> = {},
) => serveFor(issuer, settings, options)
const good = () => issuer.token(RESOURCE)

describe('the keys of the issuer', () => {
  it('are fetched once, and again when the issuer has a new one', async () => {
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

  it('are not refetched for every made-up token', async () => {
    const authenticate = openBy(createJwtCheck(oauthOf(issuer), 'default', () => undefined))
    const url = await serve({}, { authenticate })
    const before = issuer.asked.length
    for (let count = 0; count < 20; count += 1) {
      const made = await (await makeKey(`made-up-${count}`)).sign(issuer.claims(RESOURCE))
      expect((await listTools(url, made)).status).toBe(401)
    }
    expect(issuer.asked.length - before).toBe(2)
  })

  it('that cannot be fetched make the client wait, not log in again', async () => {
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

  it('that are cached work while the issuer is down', async () => {
    const url = await serve()
    expect((await listTools(url, await good())).status).toBe(200)
    issuer.fail(true)
    expect((await listTools(url, await good())).status).toBe(200)
    issuer.fail(false)
  })

  it('are found through OpenID, for one tenant of several, or at a configured address', async () => {
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

  it('of an impostor of the issuer are rejected', async () => {
    const impostor = await startIssuer({ named: 'https://other.example' })
    const url = await serve({ RECOLLECT_OAUTH_ISSUER: impostor.url })
    expect((await listTools(url, await impostor.token(RESOURCE))).status).toBe(503)
    expect(impostor.asked).not.toContain('/jwks')
    await impostor.close()
  })
})
