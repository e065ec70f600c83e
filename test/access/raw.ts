/** A request as it goes over the wire, without a client that hides what it gets. */

interface Options {
  readonly token?: string
  readonly session?: string
}

function post(url: string, body: object, { token, session }: Options) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(session !== undefined && { 'Mcp-Session-Id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
  })
}

export async function rpc(url: string, method: string, params: object = {}, options: Options = {}) {
  const response = await post(url, { method, params }, options)
  const text = await response.text()
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    error: response.ok ? undefined : String(JSON.parse(text).error.message),
  }
}

/** Opens a session as clients did before 2026-07-28. */
export async function sessionOf(url: string, token?: string): Promise<string> {
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  }
  const opened = await post(
    url,
    { method: 'initialize', params },
    token === undefined ? {} : { token },
  )
  await opened.text()
  return opened.headers.get('mcp-session-id') ?? ''
}
