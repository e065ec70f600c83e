import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { isAnybody } from '../../core/full-access.ts'
import { createAccessWatch } from '../../http/access-watch.ts'
import { answerJson, askToWait, fail, refuse, refuseMoreThanReading } from '../../http/answers.ts'
import { bearerToken } from '../../http/bearer-token.ts'
import { createCallers } from '../../http/callers.ts'
import { CAPS } from '../../http/caps.ts'
import { trackConnections } from '../../http/connections.ts'
import { answerOrigin } from '../../http/cors.ts'
import type { Door } from '../../http/door.ts'
import { type Guard, hostRule, refusalOf } from '../../http/guard.ts'
import { createHealth } from '../../http/health.ts'
import { listen } from '../../http/listen.ts'
import { createUnderWay } from '../../http/under-way.ts'
import { isMcpPath } from '../serve/offer-at.ts'
import type { ServerFactory } from '../serve/server.ts'
import type { HttpOptions } from './http-options.ts'
import { createMcpHandlers } from './mcp-handlers.ts'
import { challengeFor, isMetadataPath, metadataOf } from './protected-resource.ts'

export interface HttpServing {
  readonly url: string
  /** Accepts no more requests, lets short ones finish and aborts the others. Takes at most three seconds. */
  close(): Promise<void>
}

/** MCP uses no other methods. */
const METHODS = ['GET', 'POST', 'DELETE']

/** Chosen by hand. */
const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 30_000
/**
 * Longer than the 75 seconds for which clients and proxies reuse a connection: closing one just then fails a request.
 */
const IDLE_MILLISECONDS = 90_000
/** How often Node looks for slow connections; chosen by hand. */
const CHECK_MILLISECONDS = 1_000
/** Requests that take longer are aborted at shutdown; chosen by hand. */
const FINISH_MILLISECONDS = 1_000
const CLOSE_MILLISECONDS = 1_500
const MAX_CONNECTIONS = 1_000
const SWEEP_MILLISECONDS = 20

export async function serveOverHttp(
  createServer: ServerFactory,
  options: HttpOptions,
): Promise<HttpServing> {
  const { log, authenticate, protectedResource, caps = CAPS } = options
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

  const mcp = createMcpHandlers(createServer, options, { challenge, enterStream })

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
    await mcp.serve({ request, response, access, caller })
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
      await Promise.all([mcp.endListens(), underWay.over(FINISH_MILLISECONDS)])
      const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS)
      await mcp.close()
      await closed
      clearInterval(sweep)
      clearTimeout(cutOff)
    },
  }
}
