import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

/** Resolves when everything written so far is flushed, or the reader has gone. */
export async function roomIn(stream: ServerResponse | Writable): Promise<void> {
  // The SDK writes on the next tick.
  await setImmediate()
  while (stream.writableNeedDrain && !stream.closed) {
    const over = new AbortController()
    const either = ['drain', 'close'].map((event) => once(stream, event, { signal: over.signal }))
    await Promise.race(either)
    for (const promise of either) promise.catch(() => undefined)
    over.abort()
  }
}
