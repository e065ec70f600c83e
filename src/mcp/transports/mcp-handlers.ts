import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler, toWebRequest } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'
import { namesStreams } from '../../http/accept.ts'
import { refuse } from '../../http/answers.ts'
import { CAPS } from '../../http/caps.ts'
import { readBody } from '../../http/read-body.ts'
import { neededScope } from '../serve/needed-scope.ts'
import type { ServerFactory } from '../serve/server.ts'
import { accessIn } from './access-in-request.ts'
import { asJson } from './as-json.ts'
import type { HttpOptions } from './http-options.ts'
import { createLegacySessions, type Exchange } from './legacy-sessions.ts'
import { listenOverHttp } from './listen-over-http.ts'
import { isListen } from './listen-request.ts'
import { PICTURE_BODIES } from './picture-bodies.ts'
import { plainRequest } from './plain-request.ts'
import type { challengeFor } from './protected-resource.ts'

/*
 * Three kinds of clients use /mcp: stateless ones (protocol 2026-07-28), older ones with a session, and older ones that
 * lose their session. Each kind has its own handler behind one guard.
 */

/** Well below the idle timeouts of proxies and clients; chosen by hand. */
const KEEP_ALIVE_MILLISECONDS = 15_000

/** A request whose caller is known. */
export interface McpRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly access: Access
  /** Undefined: callers are not told apart. */
  readonly caller: string | undefined
}

export interface McpHandlers {
  serve(asked: McpRequest): Promise<unknown>
  /** Ends the streams of stateless clients. */
  endListens(): Promise<void>
  close(): Promise<void>
}

interface Parts {
  readonly challenge: ReturnType<typeof challengeFor>
  /** Returns false if the caller has too many streams; the refusal was sent. */
  readonly enterStream: (response: ServerResponse, caller: string | undefined) => boolean
}

export function createMcpHandlers(
  createServer: ServerFactory,
  options: HttpOptions,
  { challenge, enterStream }: Parts,
): McpHandlers {
  const { log, keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS, caps = CAPS } = options
  const onerror = (error: Error) => log('debug', 'http', { error: error.message })
  const handler = createMcpHandler(
    (request) =>
      createServer({
        ...request,
        access: accessIn(request.authInfo),
        notices: { kind: 'listened' },
      }),
    { legacy: 'reject', onerror, keepAliveMs: keepAliveMilliseconds },
  )
  const modern = {
    stream: toNodeHandler(handler, { onerror }),
    json: toNodeHandler(readAsJson(handler.fetch), { onerror }),
  }
  const listens = listenOverHttp({ createServer, log, onerror, keepAliveMilliseconds })
  const fallback = legacyStatelessFallback(
    (request) => createServer({ ...request, access: accessIn(request.authInfo) }),
    onerror,
  )
  const sessionless = {
    stream: toNodeHandler({ fetch: fallback }),
    json: toNodeHandler(readAsJson(fallback)),
  }
  const sessions = createLegacySessions({
    createServer,
    log,
    keepAliveMilliseconds,
    callerLimit: caps.sessions,
  })

  /** Whether the request was answered: its token lacks a scope. */
  const lacksScope = async ({ response, access }: McpRequest, body: unknown): Promise<boolean> => {
    if (!options.asksForScope?.(access)) return false
    const scope = await neededScope(body)
    if (scope === undefined || access.scopes.has(scope)) return false
    response.setHeader('WWW-Authenticate', challenge({ scope }))
    refuse(response, 403, `This needs the scope "${scope}", which the token lacks.`)
    return true
  }

  const serveInSession = async (sessionId: string, exchange: Exchange) => {
    const { response, access, caller } = exchange
    if (exchange.request.method === 'GET') {
      await sessions.endStream(sessionId, access)
      if (!enterStream(response, caller)) return
    }
    if (await sessions.handle(sessionId, exchange)) return
    const message = 'There is no such session. Start a new one with initialize.'
    return refuse(response, 404, message, -32_001)
  }

  return {
    async serve(asked) {
      const { request, response, access, caller } = asked
      const nothing = await options.check?.(request.url ?? '', access)
      if (nothing !== undefined) return refuse(response, nothing.status, nothing.message, -32_602)
      const body = request.method === 'POST' ? await readBody(request, PICTURE_BODIES) : undefined
      if (await lacksScope(asked, body)) return
      const plain = plainRequest(request, access)
      const isAsked = body !== undefined && !namesStreams(request.headers.accept)
      const form = isAsked ? 'json' : 'stream'
      if (body !== undefined && !(await isLegacyRequest(await toWebRequest(plain, body), body))) {
        if (!isListen(body)) return modern[form](plain, response, body)
        if (enterStream(response, caller)) await listens.serve(plain, response, body, access)
        return
      }
      const exchange = { request: plain, response, body, access, caller, form } as const
      const sessionId = request.headers['mcp-session-id']
      if (typeof sessionId === 'string') return serveInSession(sessionId, exchange)
      if (body !== undefined && isInitializeRequest(body)) {
        if (await sessions.open({ ...exchange, body })) return
        return refuse(response, 503, 'Too many sessions are in use. Try again later.')
      }
      // Answers methods other than POST with 405.
      return sessionless[form](plain, response, body)
    },
    endListens: () => listens.close(),
    async close() {
      await Promise.all([sessions.close(), handler.close()])
    },
  }
}

type Fetch = McpHttpHandler['fetch']

function readAsJson(fetch: Fetch): { readonly fetch: Fetch } {
  return { fetch: async (request, options) => asJson(await fetch(request, options)) }
}
