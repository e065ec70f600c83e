import {
  isJSONRPCNotification,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type Server,
} from '@modelcontextprotocol/server'
import type { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { Log } from '../../core/log.ts'
import { rpcError } from '../call/rpc-error.ts'
import type { Feed, Subscription } from '../live/live.ts'
import { createOutbox } from '../live/outbox.ts'
import { sendNotice } from '../live/push-notices.ts'
import { isListen, listenedUris } from './listen-request.ts'

type Id = JSONRPCRequest['id']

export interface StdioListens {
  /** Inserts itself between the transport and its current receiver. */
  begin(): void
  /** Notices are sent through this server; the SDK forwards them to the subscribers. */
  serveWith(server: Server): void
  end(): void
}

/**
 * `subscriptions/listen` over stdio. The SDK answers the request and filters notices, but does not say which resources
 * are watched and until when, so this reads the messages that pass. `ready` resolves when stdout accepts more.
 */
export function listenOverStdio(
  transport: StdioServerTransport,
  ready: () => Promise<void>,
  live: Feed,
  log: Log,
): StdioListens {
  /** URIs by the id of the request that listens to them. */
  const listens = new Map<Id, readonly string[]>()
  let server: Server | undefined
  let subscription: Subscription | undefined
  let ended = false
  const tell = createOutbox({
    ready,
    send: async (notice) => {
      if (server) await sendNotice(server, notice)
    },
    log,
  })

  /** Returns whether the SDK should answer the request. */
  async function prepare(request: JSONRPCRequest): Promise<boolean> {
    const uris = listenedUris(request)
    subscription ??= live.subscribe(tell)
    try {
      await subscription.add(uris)
    } catch (error) {
      await transport.send({ jsonrpc: '2.0', id: request.id, error: rpcError(error, log) })
      return false
    }
    listens.set(request.id, uris)
    return true
  }

  function endOne(id: Id): void {
    const uris = listens.get(id)
    if (uris === undefined) return
    listens.delete(id)
    const others = new Set([...listens.values()].flat())
    for (const uri of uris) if (!others.has(uri)) subscription?.remove(uri)
  }

  /** Called for each message before the SDK gets it. */
  async function look(message: JSONRPCMessage): Promise<boolean> {
    if (ended) return true
    if (isListen(message)) return prepare(message)
    const id = cancelledId(message)
    if (id !== undefined) endOne(id)
    return true
  }

  return {
    begin() {
      const receive = transport.onmessage
      const send = transport.send.bind(transport)
      /** Messages that arrive while a subscription is prepared wait, so that the order is kept. */
      let queue = Promise.resolve()
      let queued = 0
      transport.onmessage = (message) => {
        if (queued === 0 && !isListen(message)) {
          void look(message)
          receive?.(message)
          return
        }
        queued += 1
        queue = queue.then(async () => {
          const isForSdk = await look(message).catch(() => true)
          queued -= 1
          if (isForSdk) receive?.(message)
        })
      }
      transport.send = async (message) => {
        // A response to a listen means that it was refused or has ended.
        if (!('method' in message) && message.id !== undefined) endOne(message.id)
        await send(message)
      }
    },
    serveWith(made) {
      server = made
    },
    end() {
      ended = true
      subscription?.end()
    },
  }
}

function cancelledId(message: JSONRPCMessage): Id | undefined {
  if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled')
    return undefined
  const id = message.params?.requestId
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}
