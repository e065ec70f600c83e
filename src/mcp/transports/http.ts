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
import type { Door } from '../../http/door.ts'
import { type Guard, hostRule, refusalOf } from '../../http/guard.ts'
import { createHealth } from '../../http/health.ts'
import { listen } from '../../http/listen.ts'
import type { OpenDoor } from '../../http/open-door.ts'
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
import { PICTURE_BODIES } from './picture-bodies.ts'
import {
  challengeFor,
  isMetadataPath,
  metadataOf,
  type ProtectedResource,
} from './protected-resource.ts'

/*
 * Three kinds of clients use /mcp: stateless ones (protocol 2026-07-28), older ones with a session, and older ones that
 * lose their session. Each kind has its own handler behind one guard.
 */

export interface HttpOptions {
  readonly host: string
  /** 0 picks any free port. */
  readonly port: number
  /** Called for every request to /mcp. */
  readonly authenticate: Authenticate
  /** OAuth metadata; tells clients where to get tokens. */
  readonly protectedResource?: ProtectedResource | undefined
  /** Whether a missing scope is reported as HTTP 403; otherwise in the answer to the request. */
  readonly asksForScope?: ((access: Access) => boolean) | undefined
  /** Allowed host names besides `host` and loopback. */
  readonly allowedHosts?: readonly string[]
  /** Other origins whose pages may call. */
  readonly corsOrigins?: readonly string[]
  /** Our origin behind a proxy. */
  readonly publicOrigin?: string | undefined
  /** Limits per caller. Callers are told apart by token; without tokens, all are one caller. */
  readonly caps?: Caps
  readonly maxConnections?: number
  readonly version: string
  /** Reads the schema version from the database. */
  readonly schemaVersion?: () => Promise<number>
  /** The other doors that are served on the port. */
  readonly doors?: readonly Door[]
  /** Returns the reason if an address under `/mcp` does not exist. */
  readonly check?: (url: string, access: Access) => Promise<AddressRefusal | undefined>
  /** Answers that need no token. */
  readonly openDoors?: readonly OpenDoor[]
  readonly log: Log
  /** Time for a request to arrive in full, not counting the answer. */
  readonly requestMilliseconds?: number
  /** Interval of keep-alives on a silent stream. */
  readonly keepAliveMilliseconds?: number
}

export interface HttpServing {
  readonly url: string
  /** Accepts no more requests, lets short ones finish and aborts the others. Takes at most three seconds. */
  close(): Promise<void>
}

/** MCP uses no other methods. */
const METHODS = ['GET', 'POST', 'DELETE']

const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 30_000
/**
 * Longer than the 75 seconds for which clients and proxies reuse a connection: closing one just then fails a request.
 */
const IDLE_MILLISECONDS = 90_000
/** How often Node looks for slow connections; chosen by hand. */
const CHECK_MILLISECONDS = 1_000
/** Well below the idle timeouts of proxies and clients; chosen by hand. */
const KEEP_ALIVE_MILLISECONDS = 15_000
/** Requests that take longer are aborted at shutdown; chosen by hand. */
const FINISH_MILLISECONDS = 1_000
const CLOSE_MILLISECONDS = 1_500
const MAX_CONNECTIONS = 1_000
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

  /** Returns false if the caller has too many streams; the refusal was sent. */
  const enterStream = (
    response: ServerResponse,
    caller: string | undefined,
    turnAway: Door['refuse'] = refuse,
  ): boolean => {
    underWay.leaveOut(response)
    const refusal = caller === undefined ? undefined : callers.enterStream(caller, response)
    if (refusal === undefined) return true
    response.setHeader('Retry-After', refusal.retrySeconds)
    turnAway(response, 429, refusal.message)
    return false
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
    const body = request.method === 'POST' ? await readBody(request, PICTURE_BODIES) : undefined
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
    // Answers methods other than POST with 405.
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
    const openDoor = options.openDoors?.find(({ leadsTo }) => leadsTo(path))
    if (openDoor !== undefined) return openDoor.answer(request, response, path)
    const door = options.doors?.find((one) => one.owns(path))
    const turnAway = door?.refuse ?? refuse
    if (!door && !isMcpPath(path))
      return refuse(response, 404, 'There is nothing here. MCP is at /mcp.')
    const token = bearerToken(request.headers.authorization)
    const access = await authenticate(token)
    if ('reason' in access) {
      response.setHeader('WWW-Authenticate', challenge(access))
      return turnAway(response, 401, access.message)
    }
    if (access.scopes.size === 0) {
      response.setHeader('WWW-Authenticate', challenge({ scope: 'read' }))
      return turnAway(response, 403, 'The token has none of the scopes of this server.')
    }
    if (!door && !METHODS.includes(request.method ?? '')) {
      response.setHeader('Allow', METHODS.join(', '))
      return refuse(response, 405, `Only ${METHODS.join(', ')} are answered here.`)
    }
    const caller = isAnybody(access) ? undefined : `${access.namespace} ${access.name}`
    const wait = caller === undefined ? undefined : callers.enter(caller, response)
    if (wait !== undefined) {
      response.setHeader('Retry-After', wait.retrySeconds)
      return turnAway(response, 429, wait.message)
    }
    accesses.watch(response, token, access)
    if (door) {
      return door.serve(request, response, {
        access,
        enterStream: () => enterStream(response, caller, door.refuse),
      })
    }
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
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const connections = trackConnections(server, server.maxConnections)
  const url = await listen(server, options.host, options.port)

  return {
    url: `${url}/mcp`,
    async close() {
      closing = true
      accesses.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // A connection becomes idle only a moment after its answer is sent.
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
 * The request in the form that the SDK expects, with its access. The SDK requires `Accept` to name both JSON and
 * streams; we answer in the form the client can read.
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
