import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * Pages of other origins call us only if their origin is set; all others are refused before. No cookie ever counts
 * here, so a page needs no more than to be allowed its headers.
 */

const METHODS = 'GET, POST, DELETE'
const EXPOSED = 'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After'
/** What clients of MCP send; the present protocol has headers of its own for tools that name them. */
const HEADER = /^(accept|authorization|content-type|last-event-id|mcp-[\w-]+)$/
const PREFLIGHT_SECONDS = 600

/** Lets the page read the answer, if its origin is one of these. True: it only asked beforehand, and was answered. */
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
