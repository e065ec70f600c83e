import { type Arguments, THINKING } from './client.ts'

/* A request to /mcp of the same server as it goes over the wire, protocol 2026-07-28. */

const VERSION = '2026-07-28'
const ENDPOINT = '/mcp?toolsets=all'

export interface Sending {
  readonly id: number
  readonly method: string
  readonly params: Arguments
  readonly token: string | null
  /** Progress is wanted. */
  readonly tells?: boolean
  readonly signal?: AbortSignal
}

/** Rejects as fetch does: when the server does not answer, or when `signal` is aborted. */
export function send({ id, method, params, token, tells, signal }: Sending): Promise<Response> {
  const name = params.name ?? params.uri
  const meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'recollect-page', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(tells && { progressToken: id, [THINKING]: true }),
  }
  return fetch(ENDPOINT, {
    method: 'POST',
    cache: 'no-store',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': VERSION,
      'Mcp-Method': method,
      ...(typeof name === 'string' && { 'Mcp-Name': name }),
      ...(token !== null && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } }),
    ...(signal && { signal }),
  })
}
