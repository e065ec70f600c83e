import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  type JSONRPCRequest,
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'
import type { Log } from '../../core/log.ts'
import { answerJson, refuse } from '../../http/answers.ts'
import { roomIn } from '../../http/backpressure.ts'
import { rpcError } from '../call/rpc-error.ts'
import { createOutbox } from '../live/outbox.ts'
import type { ServerFactory } from '../serve/server.ts'
import { listenedUris } from './listen-request.ts'

export interface HttpListensOptions {
  readonly createServer: ServerFactory
  readonly log: Log
  readonly onerror: (error: Error) => void
  readonly keepAliveMilliseconds: number
  /** Maximum number of streams. */
  readonly limit?: number
}

export interface HttpListens {
  serve(
    request: NodeIncomingMessageLike,
    response: ServerResponse<IncomingMessage>,
    message: JSONRPCRequest,
    access: Access,
  ): Promise<void>
  /** Ends all streams as the protocol requires. */
  close(): Promise<void>
}

/**
 * `subscriptions/listen` over HTTP: one long-lived request per subscription. Each has its own handler, so a slow reader
 * does not delay the others.
 */
export function listenOverHttp({
  createServer,
  log,
  onerror,
  keepAliveMilliseconds,
  limit = 1_000,
}: HttpListensOptions): HttpListens {
  const open = new Set<McpHttpHandler>()
  return {
    async serve(request, response, message, access) {
      if (open.size >= limit) {
        return refuse(response, 503, 'Too many clients are listening. Try again later.')
      }
      const handler = createMcpHandler(
        (made) => createServer({ ...made, access, notices: { kind: 'listened' } }),
        { legacy: 'reject', onerror, keepAliveMs: keepAliveMilliseconds },
      )
      const tell = createOutbox({
        ready: () => roomIn(response),
        async send(notice) {
          if (notice.kind === 'updated') handler.notify.resourceUpdated(notice.uri)
          else handler.notify.resourcesChanged()
        },
        log,
      })
      const subscription = createServer.feedAt(request.url, access).subscribe(tell)
      open.add(handler)
      response.once('close', () => {
        open.delete(handler)
        subscription.end()
      })
      try {
        await subscription.add(listenedUris(message))
      } catch (error) {
        const refusal = { jsonrpc: '2.0', id: message.id, error: rpcError(error, log) }
        return answerJson(response, 200, refusal)
      }
      await toNodeHandler(handler, { onerror })(request, response, message)
    },
    async close() {
      await Promise.all([...open].map((handler) => handler.close()))
    },
  }
}
