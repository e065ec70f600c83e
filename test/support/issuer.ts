import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createGrants } from './issuer-grants.ts'
import { type IssuerKey, makeKey } from './issuer-keys.ts'

/** An authorization server as they are found in the world: metadata, keys, registration, consent and tokens. */
export interface Issuer {
  readonly url: string
  readonly jwksUrl: string
  /** The key that it signs with now. */
  key(): IssuerKey
  /** Good claims for this audience, with these instead. */
  claims(audience: string, others?: object): object
  /** A token that is good, but for what these say. */
  token(
    audience: string,
    others?: object,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>
  /** It signs with a new key from now on, and shows no other. */
  rotate(): Promise<void>
  rotateTo(other: IssuerKey): void
  /** Answers everything with 500, or works again. */
  fail(fails: boolean): void
  /** Paths that it was asked for, in this order. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface IssuerOptions {
  /** Behind the origin, as those with several tenants have it. */
  readonly path?: string
  /** Instead of RFC 8414. */
  readonly openIdOnly?: boolean
  /** The issuer that its metadata names. */
  readonly named?: string
}

export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { path = '', openIdOnly = false } = options
  const asked: string[] = []
  let key = await makeKey('first')
  let keys = 1
  let fails = false
  let url = ''

  const claims: Issuer['claims'] = (audience, others = {}) => ({
    iss: url,
    aud: audience,
    sub: 'user-1',
    scope: 'read chat write',
    iat: now(),
    exp: now() + 300,
    ...others,
  })
  const token: Issuer['token'] = (audience, others, header) =>
    key.sign(claims(audience, others), header)
  const grants = createGrants({
    issuer: () => url,
    token: (audience, scope) => token(audience, { scope }),
  })
  const metadata = () => ({
    issuer: options.named ?? url,
    jwks_uri: `${url}/jwks`,
    ...grants.metadata(),
  })
  const wellKnown = openIdOnly
    ? [`${path}/.well-known/openid-configuration`]
    : [`/.well-known/oauth-authorization-server${path}`]

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const asks = new URL(request.url ?? '/', url)
    asked.push(asks.pathname)
    if (fails) return response.writeHead(500).end()
    if (wellKnown.includes(asks.pathname)) return json(response, 200, metadata())
    if (asks.pathname === `${path}/jwks`) return json(response, 200, { keys: [key.publicJwk] })
    const answered = await grants.answer(asks, path, await textOf(request))
    if (answered === undefined) return json(response, 404, { error: 'not_found' })
    if ('location' in answered)
      return response.writeHead(302, { Location: answered.location }).end()
    json(response, answered.status, answered.body)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  url = `http://127.0.0.1:${address.port}${path}`

  return {
    url,
    jwksUrl: `${url}/jwks`,
    key: () => key,
    claims,
    token,
    async rotate() {
      keys += 1
      key = await makeKey(`key-${keys}`)
    },
    rotateTo(other) {
      key = other
    },
    fail(whether) {
      fails = whether
    },
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function now(): number {
  return Math.floor(Date.now() / 1_000)
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += piece
  return text
}
