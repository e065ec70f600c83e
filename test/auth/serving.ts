import { createJwtCheck } from '../../src/auth/jwt.ts'
import { type OAuthSettings, readOAuthSettings } from '../../src/auth/oauth-settings.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { HttpOptions } from '../../src/mcp/transports/http-options.ts'
import { stubServer } from '../mcp/stub-context.ts'
import { openBy } from '../support/access.ts'
import type { Issuer } from '../support/issuer.ts'

export const RESOURCE = 'https://memory.example.com/mcp'

type Settings = Readonly<Record<string, string>>

export function oauthOf(issuer: Issuer, settings: Settings = {}): OAuthSettings {
  const oauth = readOAuthSettings({
    RECOLLECT_OAUTH_ISSUER: issuer.url,
    RECOLLECT_PUBLIC_URL: RESOURCE,
    ...settings,
  })
  if (oauth === null) throw new Error('no issuer is set')
  return oauth
}

const open: HttpServing[] = []

/** A server that takes the issuer's tokens, and looks for a new key of it at once; its address. */
export async function serveFor(
  issuer: Issuer,
  settings: Settings = {},
  options: Partial<HttpOptions> = {},
): Promise<string> {
  const oauth = oauthOf(issuer, settings)
  const times = { pauseMilliseconds: 0, maxAgeMilliseconds: 600_000 }
  const serving = await serveOverHttp(stubServer().createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    log: () => undefined,
    authenticate: openBy(createJwtCheck(oauth, 'default', () => undefined, times)),
    protectedResource: oauth,
    ...options,
  })
  open.push(serving)
  return serving.url
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((serving) => serving.close()))
}
