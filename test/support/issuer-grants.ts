import { createHash, randomUUID } from 'node:crypto'

export type Answer =
  | { readonly status: number; readonly body: object }
  | { readonly location: string }

interface Grant {
  readonly client: string
  readonly redirect: string
  readonly challenge: string
  readonly resource: string
  readonly scope: string
}

interface GrantOptions {
  readonly issuer: () => string
  readonly token: (audience: string, scope: string) => Promise<string>
}

/** Registration, consent (everybody always consents) and the exchange of a code with PKCE, as OAuth 2.1 has them. */
export function createGrants({ issuer, token }: GrantOptions) {
  /** Redirect addresses by client. */
  const clients = new Map<string, readonly string[]>()
  const codes = new Map<string, Grant>()
  const refuse = (error: string): Answer => ({ status: 400, body: { error } })

  const register = (text: string): Answer => {
    const asked = JSON.parse(text)
    const id = randomUUID()
    clients.set(id, asked.redirect_uris)
    return { status: 201, body: { ...asked, client_id: id } }
  }

  const authorize = (query: URLSearchParams): Answer => {
    const get = (name: string) => query.get(name) ?? ''
    const [client, redirect] = [get('client_id'), get('redirect_uri')]
    if (!clients.get(client)?.includes(redirect)) return refuse('invalid_client')
    if (get('response_type') !== 'code' || get('code_challenge_method') !== 'S256') {
      return refuse('invalid_request')
    }
    if (get('resource') === '') return refuse('invalid_target')
    const code = randomUUID()
    codes.set(code, {
      client,
      redirect,
      challenge: get('code_challenge'),
      resource: get('resource'),
      scope: get('scope'),
    })
    const back = new URL(redirect)
    back.searchParams.set('code', code)
    back.searchParams.set('iss', issuer())
    if (query.has('state')) back.searchParams.set('state', get('state'))
    return { location: back.href }
  }

  const exchange = async (text: string): Promise<Answer> => {
    const form = new URLSearchParams(text)
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    codes.delete(code)
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const fits =
      grant !== undefined &&
      grant.challenge === verifier &&
      grant.client === form.get('client_id') &&
      grant.redirect === form.get('redirect_uri') &&
      grant.resource === form.get('resource')
    if (!fits) return refuse('invalid_grant')
    const access = await token(grant.resource, grant.scope)
    return {
      status: 200,
      body: { access_token: access, token_type: 'Bearer', expires_in: 300, scope: grant.scope },
    }
  }

  return {
    metadata: () => ({
      authorization_endpoint: `${issuer()}/authorize`,
      token_endpoint: `${issuer()}/token`,
      registration_endpoint: `${issuer()}/register`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
    /** Undefined: there is nothing at this address. */
    async answer(asked: URL, path: string, text: string): Promise<Answer | undefined> {
      if (asked.pathname === `${path}/register`) return register(text)
      if (asked.pathname === `${path}/authorize`) return authorize(asked.searchParams)
      if (asked.pathname === `${path}/token`) return exchange(text)
      return undefined
    },
  }
}
