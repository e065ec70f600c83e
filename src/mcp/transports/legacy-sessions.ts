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
 * Sessions of clients from before 2026-07-28. Some clients open one per call and never close any, so there is a cap
 * and a limit of idleness. A session holds no state of ours: whoever loses one starts another.
 */

export interface LegacySessionsOptions {
  readonly createServer: ServerFactory
  readonly log: Log
  readonly limit?: number
  /** Of one caller. */
  readonly callerLimit?: number
  readonly idleMilliseconds?: number
  /** Between two signs of life on a stream. */
  readonly keepAliveMilliseconds?: number
}

export interface LegacySessions {
  /** Opens a session with an `initialize`. False: there are too many and all are in use; nothing was answered. */
  open(exchange: Exchange): Promise<boolean>
  /** False: there is no such session of this caller; nothing was answered. */
  handle(id: string, exchange: Exchange): Promise<boolean>
  /** Ends the stream of the session, for the client opens another: it has lost this one, whether we know it or not. */
  endStream(id: string, access: Access): Promise<void>
  size(): number
  close(): Promise<void>
}

export interface Exchange {
  readonly request: NodeIncomingMessageLike
  readonly response: ServerResponse
  readonly body?: unknown
  /** Whom it comes from, who must have opened the session that it is for. */
  readonly access: Access
  /** Whose limits count; undefined: nobody's. */
  readonly caller?: string | undefined
  /** In which an answer may come. */
  readonly form: 'stream' | 'json'
}

interface Session {
  /** Of whoever opened it. */
  readonly access: Access
  readonly caller: string | undefined
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly pushes: PushStream
  /** Where the client is told things unasked. */
  stream?: ServerResponse | undefined
  /** Requests and streams under way. */
  active: number
  usedAt: number
}

const MOST_SWEEP_MILLISECONDS = 60_000

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
    // Several, when more were opened at once than there was room for.
    for (;;) {
      const all = [...sessions].filter(([, session]) => among(session))
      if (all.length < most) return true
      const idle = all.find(([, session]) => session.active === 0)
      if (idle === undefined) return false
      await end(...idle)
    }
  }
  const makeRoom = async (caller: string | undefined): Promise<boolean> => {
    // Whoever has too many makes room for himself before others have to.
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
      // Else the client hears nothing before there is something to say.
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
    Math.min(MOST_SWEEP_MILLISECONDS, idleMilliseconds),
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
      // The server has put its own handler there.
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
      // To know of a session is not to be its owner.
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
      // So that it is no longer counted.
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
  // It may wait for a client that is gone without a word.
  stream?.destroy()
}

/** A client that reads no stream can't see what it is asked. */
function answerUnasked(transport: WebStandardStreamableHTTPServerTransport, id: unknown): void {
  if (typeof id !== 'string' && typeof id !== 'number') return
  const message = 'The client takes no streams, so it can be asked nothing.'
  transport.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32_601, message } })
}
