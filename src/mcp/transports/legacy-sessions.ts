import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'
import { describeError, type Log } from '../../core/log.ts'
import { isSameAccess } from '../../http/same-access.ts'
import type { ServerFactory } from '../serve/server.ts'
import { asJson } from './as-json.ts'
import { createPushStream, type PushStream } from './push-stream.ts'

/*
 * Sessions for protocol versions before 2026-07-28. Some clients open one per call and never close any, so sessions are
 * capped and expire when idle. A session holds no state of ours: a client that loses one starts another.
 */

export interface LegacySessionsOptions {
  readonly createServer: ServerFactory
  readonly log: Log
  readonly limit?: number
  /** Sessions per caller. */
  readonly callerLimit?: number
  readonly idleMilliseconds?: number
  /** Interval of keep-alives on a stream. */
  readonly keepAliveMilliseconds?: number
}

export interface LegacySessions {
  /**
   * Opens a session for an `initialize` request. Returns false, without answering, if the cap is reached and all
   * sessions are busy.
   */
  open(exchange: Exchange): Promise<boolean>
  /** Returns false, without answering, if this caller has no such session. */
  handle(id: string, exchange: Exchange): Promise<boolean>
  /** Ends the session's stream before the client opens another: the client has lost it, even if we did not notice. */
  endStream(id: string, access: Access): Promise<void>
  size(): number
  close(): Promise<void>
}

export interface Exchange {
  readonly request: NodeIncomingMessageLike
  readonly response: ServerResponse
  readonly body?: unknown
  /** Access of the request; must equal that of the session's creator. */
  readonly access: Access
  /** Caller whose limits apply; undefined for none. */
  readonly caller?: string | undefined
  /** Form of the answer. */
  readonly form: 'stream' | 'json'
}

interface Session {
  /** Access of the session's creator. */
  readonly access: Access
  readonly caller: string | undefined
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly pushes: PushStream
  /** The stream for server-initiated messages. */
  stream?: ServerResponse | undefined
  /** Number of open requests and streams. */
  active: number
  usedAt: number
}

/** Chosen by hand. */
const MAX_SWEEP_MILLISECONDS = 60_000

export function createLegacySessions({
  createServer,
  log,
  limit = 1_000,
  callerLimit = limit,
  idleMilliseconds = 30 * 60_000,
  keepAliveMilliseconds,
}: LegacySessionsOptions): LegacySessions {
  /** Least recently used first. */
  const sessions = new Map<string, Session>()

  const end = async (id: string, session: Session) => {
    sessions.delete(id)
    await session.transport.close()
  }
  const endIdle = async () => {
    const before = Date.now() - idleMilliseconds
    for (const [id, session] of sessions) {
      if (session.active === 0 && session.usedAt < before) await end(id, session)
    }
  }
  const makeRoomIn = async (
    among: (session: Session) => boolean,
    most: number,
  ): Promise<boolean> => {
    // Sessions opened at the same time may exceed the limit by more than one.
    for (;;) {
      const all = [...sessions].filter(([, session]) => among(session))
      if (all.length < most) return true
      const idle = all.find(([, session]) => session.active === 0)
      if (idle === undefined) return false
      await end(...idle)
    }
  }
  const makeRoom = async (caller: string | undefined): Promise<boolean> => {
    // A caller at its own limit gives up its own sessions first.
    const own = (session: Session) => session.caller === caller
    if (caller !== undefined && !(await makeRoomIn(own, callerLimit))) return false
    return makeRoomIn(() => true, limit)
  }
  const serve = async (session: Session, { request, response, body, form }: Exchange) => {
    session.active += 1
    response.once('close', () => {
      session.active -= 1
      session.usedAt = Date.now()
      if (session.stream === response) endStream(session)
    })
    if (request.method === 'GET') {
      session.stream = response
      void session.pushes.offer(response)
    }
    const { transport } = session
    const fetch: FetchLike = async (asked, options) => {
      const answer = await transport.handleRequest(asked, options)
      // Without this, headers are sent only with the first event.
      setImmediate(() => response.headersSent && response.flushHeaders())
      return form === 'stream' ? answer : asJson(answer, (id) => answerUnasked(transport, id))
    }
    await toNodeHandler({ fetch })(request, response, body)
  }
  const sweep = setInterval(
    () => {
      endIdle().catch((error: unknown) =>
        log('warn', 'idle sessions were not closed', { error: describeError(error) }),
      )
    },
    Math.min(MAX_SWEEP_MILLISECONDS, idleMilliseconds),
  ).unref()

  return {
    async open(exchange) {
      const { access, caller, request } = exchange
      if (!(await makeRoom(caller))) return false
      const id = randomUUID()
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => id,
        onsessioninitialized: () => void sessions.set(id, session),
        ...(keepAliveMilliseconds !== undefined && { keepAliveMs: keepAliveMilliseconds }),
      })
      const pushes = createPushStream()
      const session: Session = { access, caller, transport, pushes, active: 0, usedAt: Date.now() }
      const server = createServer({
        requestInfo: { url: request.url ?? '/' },
        access,
        notices: { kind: 'pushed', ready: pushes.ready },
      })
      await server.connect(transport)
      // The server has set its own handler.
      const closeServer = transport.onclose
      transport.onclose = () => {
        closeServer?.()
        sessions.delete(id)
      }
      await serve(session, exchange)
      return true
    },
    async handle(id, exchange) {
      const session = sessions.get(id)
      // Knowing a session's id is not enough; the access must match.
      if (session === undefined || !isSameAccess(session.access, exchange.access)) return false
      sessions.delete(id)
      sessions.set(id, session)
      session.usedAt = Date.now()
      await serve(session, exchange)
      return true
    },
    async endStream(id, access) {
      const session = sessions.get(id)
      if (session?.stream === undefined || !isSameAccess(session.access, access)) return
      const closed = once(session.stream, 'close')
      endStream(session)
      // Wait until it no longer counts towards the caller's limit.
      await closed
    },
    size: () => sessions.size,
    async close() {
      clearInterval(sweep)
      await Promise.all([...sessions].map(([id, session]) => end(id, session)))
    },
  }
}

type FetchLike = Parameters<typeof toNodeHandler>[0]['fetch']

function endStream(session: Session): void {
  const { stream } = session
  session.stream = undefined
  session.transport.closeStandaloneSSEStream()
  // A dead client would keep the stream open.
  stream?.destroy()
}

/** A client that reads no streams cannot see a server-to-client request, so it is answered with an error. */
function answerUnasked(transport: WebStandardStreamableHTTPServerTransport, id: unknown): void {
  if (typeof id !== 'string' && typeof id !== 'number') return
  const message = 'The client reads no streams, so it cannot receive requests.'
  transport.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32_601, message } })
}
