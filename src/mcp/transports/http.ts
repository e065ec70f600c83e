import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import {
  type NodeIncomingMessageLike,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  legacyStatelessFallback,
} from '@modelcontextprotocol/server'
import type { Log } from '../../core/log.ts'
import type { AddressRefusal } from '../check-address.ts'
import { isMcpPath } from '../offer-at.ts'
import type { ServerFactory } from '../server.ts'
import { trackConnections } from './connections.ts'
import { answerJson, fail, refuse } from './http-answers.ts'
import { type Guard, hostRule, refusalOf } from './http-guard.ts'
import { createLegacySessions } from './legacy-sessions.ts'
import { listen } from './listen.ts'
import { listenOverHttp } from './listen-over-http.ts'
import { isListen } from './listen-request.ts'
import { readBody } from './read-body.ts'

/*
 * Three kinds of clients meet at /mcp: those of 2026-07-28 (every request stands for itself), older ones with a
 * session, and older ones that lose theirs. Each has its leg; the guard stands before all of them.
 */

export interface HttpOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Asked for at /mcp. Whoever binds more than loopback must set one. */
  readonly token?: string | undefined
  /** Names beside `host` and loopback under which clients may call. */
  readonly allowedHosts?: readonly string[]
  readonly version: string
  /** Of the database, if it is open by now. */
  readonly schemaVersion?: () => number | undefined
  /** Why there is nothing at an address of `/mcp`; undefined: there is. */
  readonly check?: (url: string) => Promise<AddressRefusal | undefined>
  readonly log: Log
  /** For a request to arrive in full; what it takes to answer is not counted. */
  readonly requestMilliseconds?: number
  /** Between two signs of life on a stream that has nothing to say. */
  readonly keepAliveMilliseconds?: number
}

export interface HttpServing {
  readonly url: string
  /** Ends all streams within two seconds. */
  close(): Promise<void>
}

/** A request of another kind is none of MCP's. */
const METHODS = ['GET', 'POST', 'DELETE']

const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 30_000
/** How often slow connections are looked for. */
const CHECK_MILLISECONDS = 1_000
/** What proxies and clients cut off is silent for longer. */
const KEEP_ALIVE_MILLISECONDS = 15_000
const CLOSE_MILLISECONDS = 1_500
const SWEEP_MILLISECONDS = 20

export async function serveOverHttp(
  createServer: ServerFactory,
  options: HttpOptions,
): Promise<HttpServing> {
  const { log, token, keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS } = options
  const requestTimeout = options.requestMilliseconds ?? REQUEST_MILLISECONDS
  const guard: Guard = { allowsHost: hostRule(options.host, options.allowedHosts ?? []), token }
  const onerror = (error: Error) => log('debug', 'http', { error: error.message })
  const handler = createMcpHandler(
    (request) => createServer({ ...request, notices: { kind: 'listened' } }),
    { legacy: 'reject', onerror, keepAliveMs: keepAliveMilliseconds },
  )
  const modern = toNodeHandler(handler, { onerror })
  const listens = listenOverHttp({ createServer, log, onerror, keepAliveMilliseconds })
  const sessionless = toNodeHandler({
    fetch: legacyStatelessFallback((request) => createServer(request), onerror),
  })
  const sessions = createLegacySessions({ createServer, log, keepAliveMilliseconds })

  const serveMcp = async (request: IncomingMessage, response: ServerResponse) => {
    const nothing = await options.check?.(request.url ?? '')
    if (nothing !== undefined) return refuse(response, nothing.status, nothing.message, -32_602)
    const sessionId = request.headers['mcp-session-id']
    const body = request.method === 'POST' ? await readBody(request) : undefined
    const plain = plainRequest(request)
    if (body !== undefined && !(await isLegacyRequest(await toWebRequest(plain, body), body))) {
      if (isListen(body)) return listens.serve(plain, response, body)
      return modern(plain, response, body)
    }
    if (typeof sessionId === 'string') {
      if (await sessions.handle(sessionId, request, response, body)) return
      return refuse(
        response,
        404,
        'There is no such session. Start a new one with initialize.',
        -32_001,
      )
    }
    if (body !== undefined && isInitializeRequest(body)) {
      if (await sessions.open(request, response, body)) return
      return refuse(response, 503, 'Too many sessions are in use. Try again later.')
    }
    // It answers other methods than POST with 405.
    return sessionless(plain, response, body)
  }

  const limits = {
    requestTimeout,
    headersTimeout: Math.min(HEADERS_MILLISECONDS, requestTimeout),
    connectionsCheckingInterval: Math.min(CHECK_MILLISECONDS, requestTimeout),
  }
  const server = createHttpServer(limits, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const isMcp = isMcpPath(path)
    const refusal = refusalOf(request.headers, guard, isMcp)
    if (refusal !== undefined) {
      if (refusal.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
      return refuse(response, refusal.status, refusal.message)
    }
    if (path === '/health') return answerHealth(request, response, options)
    if (!isMcp) return refuse(response, 404, 'There is nothing here. MCP is at /mcp.')
    if (!METHODS.includes(request.method ?? '')) {
      response.setHeader('Allow', METHODS.join(', '))
      return refuse(response, 405, `Only ${METHODS.join(', ')} are answered here.`)
    }
    serveMcp(request, response).catch((error: unknown) => fail(response, error, log))
  })
  const connections = trackConnections(server)
  const url = await listen(server, options.host, options.port)

  return {
    url: `${url}/mcp`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // A connection whose answer is on its way becomes idle a moment later.
      const sweep = setInterval(connections.closeIdle, SWEEP_MILLISECONDS)
      const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS)
      await Promise.all([sessions.close(), listens.close(), handler.close()])
      await closed
      clearInterval(sweep)
      clearTimeout(cutOff)
    },
  }
}

/** The same request under the type that the SDK asks for. */
function plainRequest(request: IncomingMessage): NodeIncomingMessageLike {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
  }
}

function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET')
    refuse(response, 405, 'Only GET is answered here.')
    return
  }
  const schemaVersion = options.schemaVersion?.()
  answerJson(response, 200, {
    status: 'ok',
    version: options.version,
    ...(schemaVersion !== undefined && { schema_version: schemaVersion }),
  })
}
