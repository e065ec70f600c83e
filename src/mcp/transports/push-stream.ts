import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { roomIn } from '../../http/backpressure.ts'

/** The stream for server-initiated messages of a session. It may close and be opened again. */
export interface PushStream {
  /** Called when the client has opened the stream. */
  offer(response: ServerResponse): Promise<void>
  /** Resolves when a stream is open and has room. */
  ready(): Promise<void>
}

export function createPushStream(): PushStream {
  let open: ServerResponse | undefined
  let whenOpen: () => void = () => undefined
  return {
    async offer(response) {
      while (!response.headersSent && !response.closed) await setImmediate()
      if (response.closed || response.statusCode !== 200) return
      open = response
      response.once('close', () => {
        if (open === response) open = undefined
      })
      whenOpen()
    },
    async ready() {
      for (;;) {
        if (open === undefined) {
          await new Promise<void>((resolve) => {
            whenOpen = resolve
          })
        } else {
          const found = open
          await roomIn(found)
          if (open === found) return
        }
      }
    },
  }
}
