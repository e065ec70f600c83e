import { describeError, type Log } from '../../core/log.ts'
import type { Notice, Tell } from './notice.ts'

export interface OutboxOptions {
  /** Resolves when the client can take a notice. May never do so. */
  readonly ready: () => Promise<void>
  readonly send: (notice: Notice) => Promise<void>
  readonly log: Log
}

/**
 * Sends notices one after another, as fast as the client takes them. While it takes none, one of each kind waits: a
 * client that does not read costs no more memory than it has subscriptions.
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
      // The connection is gone; whoever comes back reads anew.
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
