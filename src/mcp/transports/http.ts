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
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'
import type { Authenticate } from '../../core/authenticate.ts'
import { isAnybody } from '../../core/full-access.ts'
import type { Log } from '../../core/log.ts'
import { namesStreams, takesStreams } from '../../http/accept.ts'
import { createAccessWatch } from '../../http/access-watch.ts'
import { answerJson, askToWait, fail, refuse, refuseMoreThanReading } from '../../http/answers.ts'
import { bearerToken } from '../../http/bearer-token.ts'
import { createCallers } from '../../http/callers.ts'
import { CAPS, type Caps } from '../../http/caps.ts'
import { trackConnections } from '../../http/connections.ts'
import { answerOrigin } from '../../http/cors.ts'
import { type Guard, hostRule, refusalOf } from '../../http/guard.ts'
import { createHealth } from '../../http/health.ts'
import { listen } from '../../http/listen.ts'
import { readBody } from '../../http/read-body.ts'
import { createUnderWay } from '../../http/under-way.ts'
import type { AddressRefusal } from '../serve/check-address.ts'
import { neededScope } from '../serve/needed-scope.ts'
import { isMcpPath } from '../serve/offer-at.ts'
import type { ServerFactory } from '../serve/server.ts'
import { accessIn, toAuthInfo } from './access-in-request.ts'
import { asJson } from './as-json.ts'
import { createLegacySessions } from './legacy-sessions.ts'
import { listenOverHttp } from './listen-over-http.ts'
import { isListen } from './listen-request.ts'
import {
  challengeFor,
  isMetadataPath,
  metadataOf,
  type ProtectedResource,
} from './protected-resource.ts'

/*
 * Three kinds of clients meet at /mcp: those of 2026-07-28 (every request stands for itself), older ones with a
 * session, and older ones that lose theirs. Each has its leg; the guard stands before all of them.
 */

export interface HttpOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Asked about every request to /mcp. */
  readonly authenticate: Authenticate
  /** Where clients get tokens. */
  readonly protectedResource?: ProtectedResource | undefined
  /** Whether a client is told with a 403 that its token lacks a scope; else the answer to the request says so. */
  readonly asksForScope?: ((access: Access) => boolean) | undefined
  /** Names beside `host` and loopback under which clients may call. */
  readonly allowedHosts?: readonly string[]
  /** Other origins whose pages may call. */
  readonly corsOrigins?: readonly string[]
  /** Where a proxy serves us. */
  readonly publicOrigin?: string | undefined
  /** For each caller who has a token; whoever needs none is the only one. */
  readonly caps?: Caps
  readonly mostConnections?: number
  readonly version: string
  /** Asks the database. */
  readonly schemaVersion?: () => Promise<number>
  /** Why there is nothing at an address of `/mcp`; undefined: there is. */
  readonly check?: (url: string, access: Access) => Promise<AddressRefusal | undefined>
  readonly log: Log
  /** For a request to arrive in full; what it takes to answer is not counted. */
  readonly requestMilliseconds?: number
  /** Between two signs of life on a stream that has nothing to say. */
  readonly keepAliveMilliseconds?: number
}

export interface HttpServing {
  readonly url: string
  /** Takes no more requests, lets those that are quick end, and cuts off all others; within three seconds. */
  close(): Promise<void>
}

/** A request of another kind is none of MCP's. */
const METHODS = ['GET', 'POST', 'DELETE']

const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 30_000
/** Clients and proxies use a connection again for up to 75 seconds; one that closes just then fails a request. */
const IDLE_MILLISECONDS = 90_000
/** How often slow connections are looked for. */
const CHECK_MILLISECONDS = 1_000
/** What proxies and clients cut off is silent for longer. */
const KEEP_ALIVE_MILLISECONDS = 15_000
/** What would not be over by itself is cut off, so that whoever stops us need not wait. */
const FINISH_MILLISECONDS = 1_000
const CLOSE_MILLISECONDS = 1_500
const MOST_CONNECTIONS = 1_000
const SWEEP_MILLISECONDS = 20
const BOTH_FORMS = 'application/json, text/event-stream'

export async function serveOverHttp(
  createServer: ServerFactory,
  options: HttpOptions,
): Promise<HttpServing> {
  const {
    log,
    authenticate,
    protectedResource,
    keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS,
  } = options
  const { caps = CAPS } = options
  const requestTimeout = options.requestMilliseconds ?? REQUEST_MILLISECONDS
  const origins = new Set(options.corsOrigins ?? [])
  const guard: Guard = {
    allowsHost: hostRule(options.host, options.allowedHosts ?? []),
    origins: new Set([...origins, ...(options.publicOrigin ? [options.publicOrigin] : [])]),
    proxiedHosts: new Set(options.allowedHosts),
  }
  const challenge = challengeFor(protectedResource)
  const callers = createCallers(caps)
  const underWay = createUnderWay()
  const accesses = createAccessWatch(authenticate, log)
  const answerHealth = createHealth(options)
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

  /** False: the caller has too many; it was told so. */
  const enterStream = (response: ServerResponse, caller: string | undefined): boolean => {
    underWay.leaveOut(response)
    const refusal = caller === undefined ? undefined : callers.enterStream(caller, response)
    if (refusal !== undefined) askToWait(response, 429, refusal.message, refusal.retrySeconds)
    return refusal === undefined
  }

  const serveMcp = async (
    request: IncomingMessage,
    response: ServerResponse,
    access: Access,
    caller: string | undefined,
  ) => {
    const nothing = await options.check?.(request.url ?? '', access)
    if (nothing !== undefined) return refuse(response, nothing.status, nothing.message, -32_602)
    const sessionId = request.headers['mcp-session-id']
    const body = request.method === 'POST' ? await readBody(request) : undefined
    if (options.asksForScope?.(access)) {
      const scope = await neededScope(body)
      if (scope !== undefined && !access.scopes.has(scope)) {
        response.setHeader('WWW-Authenticate', challenge({ scope }))
        return refuse(response, 403, `This needs the scope "${scope}", which the token lacks.`)
      }
    }
    const plain = plainRequest(request, access)
    const isAsked = body !== undefined && !namesStreams(request.headers.accept)
    const form = isAsked ? 'json' : 'stream'
    if (body !== undefined && !(await isLegacyRequest(await toWebRequest(plain, body), body))) {
      if (isListen(body)) {
        if (enterStream(response, caller)) await listens.serve(plain, response, body, access)
        return
      }
      return modern[form](plain, response, body)
    }
    if (typeof sessionId === 'string') {
      const exchange = { request: plain, response, body, access, caller, form } as const
      if (request.method === 'GET') {
        await sessions.endStream(sessionId, access)
        if (!enterStream(response, caller)) return
      }
      if (await sessions.handle(sessionId, exchange)) return
      return refuse(
        response,
        404,
        'There is no such session. Start a new one with initialize.',
        -32_001,
      )
    }
    if (body !== undefined && isInitializeRequest(body)) {
      if (await sessions.open({ request: plain, response, body, access, caller, form })) return
      return refuse(response, 503, 'Too many sessions are in use. Try again later.')
    }
    // It answers other methods than POST with 405.
    return sessionless[form](plain, response, body)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const refusal = refusalOf(request.headers, guard, request.socket.localPort)
    if (refusal !== undefined) return refuse(response, refusal.status, refusal.message)
    if (answerOrigin(request, response, origins)) return
    if (path === '/health') return answerHealth(request, response)
    if (protectedResource !== undefined && isMetadataPath(path, protectedResource)) {
      if (refuseMoreThanReading(request, response)) return
      return answerJson(response, 200, metadataOf(protectedResource))
    }
    if (!isMcpPath(path)) return refuse(response, 404, 'There is nothing here. MCP is at /mcp.')
    const token = bearerToken(request.headers.authorization)
    const access = await authenticate(token)
    if ('reason' in access) {
      response.setHeader('WWW-Authenticate', challenge(access))
      return refuse(response, 401, access.message)
    }
    if (access.scopes.size === 0) {
      response.setHeader('WWW-Authenticate', challenge({ scope: 'read' }))
      return refuse(response, 403, 'The token has none of the scopes of this server.')
    }
    if (!METHODS.includes(request.method ?? '')) {
      response.setHeader('Allow', METHODS.join(', '))
      return refuse(response, 405, `Only ${METHODS.join(', ')} are answered here.`)
    }
    const caller = isAnybody(access) ? undefined : `${access.namespace} ${access.name}`
    const wait = caller === undefined ? undefined : callers.enter(caller, response)
    if (wait !== undefined) return askToWait(response, 429, wait.message, wait.retrySeconds)
    accesses.watch(response, token, access)
    await serveMcp(request, response, access, caller)
  }

  const limits = {
    keepAliveTimeout: IDLE_MILLISECONDS,
    requestTimeout,
    headersTimeout: Math.min(HEADERS_MILLISECONDS, requestTimeout),
    connectionsCheckingInterval: Math.min(CHECK_MILLISECONDS, requestTimeout),
  }
  let closing = false
  const server = createHttpServer(limits, (request, response) => {
    if (closing) return askToWait(response, 503, 'This server is being stopped.', 1)
    underWay.add(response)
    serve(request, response).catch((error: unknown) => fail(response, error, log))
  })
  server.maxConnections = options.mostConnections ?? MOST_CONNECTIONS
  const connections = trackConnections(server, server.maxConnections)
  const url = await listen(server, options.host, options.port)

  return {
    url: `${url}/mcp`,
    async close() {
      closing = true
      accesses.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // A connection whose answer is on its way becomes idle a moment later.
      const sweep = setInterval(connections.closeIdle, SWEEP_MILLISECONDS)
      await Promise.all([listens.close(), underWay.over(FINISH_MILLISECONDS)])
      const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS)
      await Promise.all([sessions.close(), handler.close()])
      await closed
      clearInterval(sweep)
      clearTimeout(cutOff)
    },
  }
}

type Fetch = McpHttpHandler['fetch']

function readAsJson(fetch: Fetch): { readonly fetch: Fetch } {
  return { fetch: async (request, options) => asJson(await fetch(request, options)) }
}

/**
 * The same request under the type that the SDK asks for, with whom it comes from. The SDK refuses what does not name
 * both forms of an answer; we give the one that the client can read.
 */
function plainRequest(request: IncomingMessage, access: Access): NodeIncomingMessageLike {
  const { accept } = request.headers
  const forms = request.method === 'GET' && !takesStreams(accept) ? accept : BOTH_FORMS
  return {
    auth: toAuthInfo(access),
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: { ...request.headers, accept: forms },
    [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
  }
}
