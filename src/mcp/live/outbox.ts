import { describeError, type Log } from '../../core/log.ts'
import type { Notice, Tell } from './notice.ts'

export interface OutboxOptions {
  /** Resolves when the client can receive a notice. May never resolve. */
  readonly ready: () => Promise<void>
  readonly send: (notice: Notice) => Promise<void>
  readonly log: Log
}

/**
 * Sends notices in order, as fast as the client reads. While it does not read, at most one notice of each kind is
 * queued, so memory is bounded by its subscriptions.
 */
export function createOutbox({ ready, send, log }: OutboxOptions): Tell {
  const waiting = new Map<string, Notice>()
  let busy = false

  async function sendAll(): Promise<void> {
    busy = true
    try {
      while (waiting.size > 0) {
        await ready()
        const [next] = waiting
        if (next === undefined) return
        const [key, notice] = next
        waiting.delete(key)
        await send(notice)
      }
    } catch (error) {
      // The connection is closed; a client that reconnects reads everything again.
      waiting.clear()
      log('debug', 'a notice was not delivered', { error: describeError(error) })
    } finally {
      busy = false
    }
  }

  return (notice) => {
    waiting.set(notice.kind === 'updated' ? notice.uri : '', notice)
    if (!busy) void sendAll()
  }
}
