import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * CORS for the configured origins; all other origins are refused earlier. No cookie is ever used here, so a page needs
 * no more than its headers allowed.
 */

const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const EXPOSED = 'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After'
/** Headers that MCP clients and those of Letta and OpenAI send. Protocol 2026-07-28 adds `mcp-*` for tool calls. */
const HEADER =
  /^(accept|authorization|content-type|last-event-id|mcp-[\w-]+|x-stainless-[\w-]+|x-project(-id)?)$/
/** Chosen by hand. */
const PREFLIGHT_SECONDS = 600

/**
 * Lets the page read the answer if its origin is allowed. Returns true for a preflight request, which it has answered.
 */
export function answerOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): boolean {
  if (origins.size === 0) return false
  response.setHeader('Vary', 'Origin')
  const { origin, 'access-control-request-method': asked } = request.headers
  if (origin === undefined || !origins.has(origin)) return false
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Expose-Headers', EXPOSED)
  if (request.method !== 'OPTIONS' || asked === undefined) return false
  const headers = (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => HEADER.test(name))
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': headers.join(', '),
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
      Vary: 'Origin, Access-Control-Request-Headers',
    })
    .end()
  return true
}
