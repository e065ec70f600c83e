import type { Connection, McpClient } from '../mcp/client.ts'

/** Tells views which resources have changed, by this client or another. */
export interface Live {
  /** Calls `changed` soon after any of the resources has changed. Returns the function that stops. */
  on(uris: readonly string[], changed: () => void): () => void
}

/** The stream is opened again when other resources are shown; views come and go together. Chosen by hand. */
const SETTLE_MILLISECONDS = 30
/** A burst of changes is one change. Chosen by hand. */
const BURST_MILLISECONDS = 60

interface Listener {
  readonly uris: readonly string[]
  readonly changed: () => void
}

export function createLive(
  client: Pick<McpClient, 'listen'>,
  connection: (state: Connection) => void,
): Live {
  const listeners = new Set<Listener>()
  const due = new Set<Listener>()
  let listened: ReadonlySet<string> = new Set()
  let stop: () => void = () => undefined
  let settling: ReturnType<typeof setTimeout> | undefined
  let isTelling = false

  const tell = () => {
    isTelling = false
    const now = [...due].filter((listener) => listeners.has(listener))
    due.clear()
    for (const { changed } of now) changed()
  }
  const hear = (uri: string | undefined) => {
    for (const listener of listeners) {
      if (uri === undefined || listener.uris.includes(uri)) due.add(listener)
    }
    if (due.size === 0 || isTelling) return
    isTelling = true
    setTimeout(tell, BURST_MILLISECONDS)
  }

  const settle = () => {
    const wanted = new Set([...listeners].flatMap(({ uris }) => uris))
    if (wanted.size === listened.size && [...wanted].every((uri) => listened.has(uri))) return
    listened = wanted
    // A browser has few connections to a server, so one stream ends before the next begins. Nothing is told between the
    // two, nor before the first; once it is there, all is read again.
    stop()
    let isThere = false
    stop =
      wanted.size === 0
        ? () => undefined
        : client.listen([...wanted].sort(), hear, (state) => {
            connection(state)
            if (state !== 'live' || isThere) return
            isThere = true
            hear(undefined)
          })
  }

  return {
    on(uris, changed) {
      const listener = { uris, changed }
      listeners.add(listener)
      clearTimeout(settling)
      settling = setTimeout(settle, SETTLE_MILLISECONDS)
      return () => {
        listeners.delete(listener)
        clearTimeout(settling)
        settling = setTimeout(settle, SETTLE_MILLISECONDS)
      }
    },
  }
}
