import { ProtocolError, type Server } from '@modelcontextprotocol/server'
import type { Log } from '../../core/log.ts'
import { rpcError } from '../call/rpc-error.ts'
import type { Feed, Subscription } from './live.ts'
import type { Notice } from './notice.ts'
import { createOutbox } from './outbox.ts'

/**
 * `resources/subscribe` for protocol versions before 2026-07-28, where the server pushes notifications. `ready`
 * resolves when the client can receive one. Ends with the connection.
 */
export function pushNotices(
  server: Server,
  live: Feed,
  ready: () => Promise<void>,
  log: Log,
): void {
  const tell = createOutbox({ ready, send: (notice) => sendNotice(server, notice), log })
  let subscription: Subscription | undefined
  let closed = false

  server.oninitialized = () => {
    subscription ??= live.subscribe(tell)
  }
  server.onclose = () => {
    closed = true
    subscription?.end()
  }
  server.setRequestHandler('resources/subscribe', async ({ params }) => {
    if (closed) return {}
    subscription ??= live.subscribe(tell)
    try {
      await subscription.add([params.uri])
    } catch (error) {
      const { code, message, data } = rpcError(error, log)
      throw new ProtocolError(code, message, data)
    }
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscription?.remove(params.uri)
    return {}
  })
}

export function sendNotice(server: Server, notice: Notice): Promise<void> {
  return notice.kind === 'updated'
    ? server.sendResourceUpdated({ uri: notice.uri })
    : server.sendResourceListChanged()
}
