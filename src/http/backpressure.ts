import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

/** Resolves when what was written so far is on its way, or nobody reads it any more. */
export async function roomIn(stream: ServerResponse | Writable): Promise<void> {
  // What the SDK was given is written a moment later.
  await setImmediate()
  while (stream.writableNeedDrain && !stream.closed) {
    const over = new AbortController()
    const either = ['drain', 'close'].map((event) => once(stream, event, { signal: over.signal }))
    await Promise.race(either)
    for (const promise of either) promise.catch(() => undefined)
    over.abort()
  }
}
