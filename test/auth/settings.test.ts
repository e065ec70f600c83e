import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { ConfigError } from '../../src/core/config-error.ts'

const OAUTH = {
  RECOLLECT_OAUTH_ISSUER: 'https://login.example.com/',
  RECOLLECT_PUBLIC_URL: 'https://memory.example.com/mcp/',
}

describe('the settings of HTTP for a team', () => {
  it('are generous when nothing is set', () => {
    const { oauth, http } = readConfig({}, {})
    expect(oauth).toBeNull()
    expect(http).toEqual({
      allowedHosts: [],
      corsOrigins: [],
      caps: { requestsPerMinute: 600, requests: 64, streams: 32, sessions: 100 },
    })
  })

  it("keep the issuer's name unchanged, and use the server's public name", () => {
    const { oauth, http } = readConfig({}, OAUTH)
    expect(oauth).toMatchObject({
      issuer: 'https://login.example.com/',
      resource: 'https://memory.example.com/mcp',
      audiences: ['https://memory.example.com/mcp', 'https://memory.example.com/mcp/'],
    })
    expect(http.allowedHosts).toEqual(['memory.example.com'])
  })

  it('accept http:// only for this machine', () => {
    for (const host of ['localhost:9000', '127.0.0.1:9000', '[::1]:9000']) {
      const config = readConfig({}, { ...OAUTH, RECOLLECT_OAUTH_ISSUER: `http://${host}` })
      expect(config.oauth?.issuer).toBe(`http://${host}`)
    }
  })

  const WRONG: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['RECOLLECT_OAUTH_ISSUER', { RECOLLECT_OAUTH_ISSUER: 'https://login.example.com' }],
    ['RECOLLECT_OAUTH_ISSUER', { ...OAUTH, RECOLLECT_OAUTH_ISSUER: 'http://login.example.com' }],
    ['RECOLLECT_OAUTH_ISSUER', { ...OAUTH, RECOLLECT_OAUTH_ISSUER: 'http://127.evil.example' }],
    ['RECOLLECT_OAUTH_ISSUER', { ...OAUTH, RECOLLECT_OAUTH_ISSUER: 'login' }],
    ['RECOLLECT_OAUTH_ISSUER', { ...OAUTH, RECOLLECT_OAUTH_ISSUER: 'https://a:secret@b.example' }],
    ['RECOLLECT_PUBLIC_URL', { ...OAUTH, RECOLLECT_PUBLIC_URL: 'https://a.example/mcp?a=b' }],
    ['RECOLLECT_PUBLIC_URL', { RECOLLECT_PUBLIC_URL: 'memory.example.com' }],
    ['RECOLLECT_OAUTH_JWKS_URL', { ...OAUTH, RECOLLECT_OAUTH_JWKS_URL: 'file:///etc/keys' }],
    ['RECOLLECT_OAUTH_SCOPES', { ...OAUTH, RECOLLECT_OAUTH_SCOPES: 'read,everything' }],
    ['RECOLLECT_OAUTH_SCOPE_PREFIX', { ...OAUTH, RECOLLECT_OAUTH_SCOPE_PREFIX: 'a b' }],
    ['RECOLLECT_CORS_ORIGINS', { RECOLLECT_CORS_ORIGINS: '*' }],
    ['RECOLLECT_CORS_ORIGINS', { RECOLLECT_CORS_ORIGINS: 'https://a.example,https://b.example/' }],
    ['RECOLLECT_CORS_ORIGINS', { RECOLLECT_CORS_ORIGINS: 'null' }],
    ['RECOLLECT_ALLOWED_HOSTS', { RECOLLECT_ALLOWED_HOSTS: 'https://memory.example.com' }],
    ['RECOLLECT_ALLOWED_HOSTS', { RECOLLECT_ALLOWED_HOSTS: 'memory.example.com:443' }],
    ['RECOLLECT_MAX_REQUESTS_PER_MINUTE', { RECOLLECT_MAX_REQUESTS_PER_MINUTE: '0' }],
    ['RECOLLECT_MAX_REQUESTS', { RECOLLECT_MAX_REQUESTS: 'many' }],
    ['RECOLLECT_MAX_STREAMS', { RECOLLECT_MAX_STREAMS: '-1' }],
  ]

  it.each(WRONG)('say in one line what is wrong with %s: %o', (name, settings) => {
    const read = () => readConfig({}, settings)
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(new RegExp(`^${name}: [^\\n]+\\.$`))
    expect(read).not.toThrow(/secret/)
  })
})
