import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newHome, removeHomes, withoutKey } from '../e2e/support.ts'
import { type ServeProcess, startServe } from '../support/connect.ts'
import { freePort } from '../support/free-port.ts'
import { type Issuer, startIssuer } from '../support/issuer.ts'
import { listTools } from './requests.ts'

/* A client that knows nothing but our address gets to a token by itself. */

let issuer: Issuer
let serving: ServeProcess
let origin: string
beforeAll(async () => {
  issuer = await startIssuer()
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  const environment = {
    ...withoutKey(newHome()),
    RECOLLECT_OAUTH_ISSUER: issuer.url,
    RECOLLECT_PUBLIC_URL: `${origin}/mcp`,
    RECOLLECT_OAUTH_NAMESPACE_CLAIM: 'sub',
    RECOLLECT_LOG: 'debug',
  }
  serving = await startServe(environment, ['--port', String(port)])
})
afterAll(async () => {
  expect(await serving.stop()).toBe(0)
  await issuer.close()
  removeHomes()
})

const METADATA = '/.well-known/oauth-protected-resource'

describe('the metadata of the resource', () => {
  it.each(['', '/mcp', '/mcp/agents/Ada', '/mcp/agents/Ada%20L'])(
    'is served where a client looks for "%s"',
    async (path) => {
      const response = await fetch(`${origin}${METADATA}${path}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(await response.json()).toEqual({
        resource: `${origin}/mcp`,
        authorization_servers: [issuer.url],
        scopes_supported: ['read', 'chat', 'write', 'admin'],
        bearer_methods_supported: ['header'],
        resource_name: 'Recollect',
      })
    },
  )

  it('is served nowhere else, and only on reads', async () => {
    for (const path of ['/', '/admin', 'x', '/mcp/agents/a/b']) {
      expect((await fetch(`${origin}${METADATA}${path}`)).status).toBe(404)
    }
    expect((await fetch(`${origin}${METADATA}`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${origin}${METADATA}`, { method: 'HEAD' })).status).toBe(200)
  })

  it('is named to callers without a token, at every address', async () => {
    for (const path of ['/mcp', '/mcp?toolsets=core', '/mcp/agents/Ada']) {
      const response = await listTools(`${origin}${path}`)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer scope="read chat write", resource_metadata="${origin}${METADATA}/mcp"`,
      )
    }
    const listening = await fetch(`${origin}/mcp`, { headers: { Accept: 'text/event-stream' } })
    expect(listening.status).toBe(401)
  })
})

describe('a client without a token', () => {
  it.each([
    ['auto', '/mcp'],
    ['legacy', '/mcp'],
    ['auto', '/mcp?toolsets=core,memory'],
  ] as const)(
    'finds the issuer, registers, gets a token and calls a tool (%s, %s)',
    async (mode, path) => {
      issuer.asked.length = 0
      const person = consenting()
      const first = clientOf(mode, path, person)
      await expect(first.connect()).rejects.toThrow(UnauthorizedError)
      expect(issuer.asked).toEqual(['/.well-known/oauth-authorization-server', '/register'])
      const asked = person.asked()
      expect(asked.searchParams.get('resource')).toBe(`${origin}/mcp`)
      expect(asked.searchParams.get('scope')).toBe('read chat write')
      expect(asked.searchParams.get('code_challenge_method')).toBe('S256')
      await first.transport.finishAuth(await person.consent())

      const second = clientOf(mode, path, person)
      await second.connect()
      const { structuredContent } = await second.client.callTool({ name: 'list_agents' })
      expect(structuredContent).toEqual({ agents: [] })
      await second.client.close()
      expect(serving.errors()).not.toContain(person.token())
    },
  )
})

/** A client's memory of what it got, and a person who says yes to everything. */
function consenting() {
  const redirect = 'http://127.0.0.1:1/callback'
  let information: StoredOAuthClientInformation | undefined
  let tokens: StoredOAuthTokens | undefined
  let discovered: OAuthDiscoveryState | undefined
  let verifier = ''
  let asked: URL | undefined
  const provider: OAuthClientProvider = {
    redirectUrl: redirect,
    clientMetadata: { client_name: 'test', redirect_uris: [redirect] },
    clientInformation: () => information,
    saveClientInformation(saved) {
      information = saved
    },
    tokens: () => tokens,
    saveTokens(saved) {
      tokens = saved
    },
    redirectToAuthorization(url) {
      asked = url
    },
    saveCodeVerifier(saved) {
      verifier = saved
    },
    codeVerifier: () => verifier,
    saveDiscoveryState(saved) {
      discovered = saved
    },
    discoveryState: () => discovered,
  }
  return {
    provider,
    asked: () => asked ?? new URL('http://nowhere.example'),
    token: () => tokens?.access_token ?? 'none',
    async consent(): Promise<URLSearchParams> {
      const response = await fetch(asked ?? '', { redirect: 'manual' })
      return new URL(response.headers.get('location') ?? '').searchParams
    },
  }
}

function clientOf(
  mode: 'auto' | 'legacy',
  path: string,
  { provider }: ReturnType<typeof consenting>,
) {
  const client = new Client(
    { name: 'recollect-test', version: '0.0.0' },
    { versionNegotiation: { mode } },
  )
  const transport = new StreamableHTTPClientTransport(new URL(`${origin}${path}`), {
    authProvider: provider,
  })
  return {
    client,
    transport,
    // The SDK's own types differ in what may be undefined.
    connect: () => client.connect(transport as Parameters<Client['connect']>[0]),
  }
}
