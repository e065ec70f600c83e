import type pg from 'pg'
import { createClient, type Reach } from './connections.ts'

/** Whoever was told of nothing for so long looks all the same: a notice may be lost with its connection. */
const POLL_MILLISECONDS = 1_000
/** One notice does for all commits of so long. */
const PAUSE_MILLISECONDS = 25
const MAX_RETRY_MILLISECONDS = 10_000

/** Tells other processes that something was committed, and hears of it from them. */
export interface Notices {
  /** False only if nothing was heard of since it was last asked. */
  heard(): boolean
  /** There is something to look at, whoever told. */
  note(): void
  /** Called whenever there is. */
  onNote(listener: () => void): void
  /** This process has committed something. */
  tell(): void
  close(): Promise<void>
}

export interface NoticesOptions {
  readonly pool: pg.Pool
  readonly channel: string
  /** Where notices arrive, which they do not through a pooler; null: nobody listens, and everybody looks each second. */
  readonly listenAt: Reach | null
}

export function createNotices({ pool, channel, listenAt }: NoticesOptions): Notices {
  let isNoted = true
  let isClosed = false
  let isTelling = false
  let isToBeTold = false
  const listeners: (() => void)[] = []
  const note = () => {
    isNoted = true
    for (const listener of listeners) listener()
  }
  const polls = setInterval(note, POLL_MILLISECONDS)
  polls.unref()
  const listener = listenAt && keepListening(listenAt, channel, note)

  async function tellAll(): Promise<void> {
    isTelling = true
    while (isToBeTold && !isClosed) {
      isToBeTold = false
      // Those who miss it look a second later.
      await pool.query(`NOTIFY "${channel}"`).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS).unref())
    }
    isTelling = false
  }

  return {
    heard() {
      const was = isNoted
      isNoted = false
      return was
    },
    note,
    onNote(listener) {
      listeners.push(listener)
    },
    tell() {
      note()
      isToBeTold = true
      if (!isTelling) void tellAll()
    },
    async close() {
      isClosed = true
      clearInterval(polls)
      await listener?.close()
    },
  }
}

/** Listens again whenever the connection is lost, and looks then, as it can't know what it missed. */
function keepListening(reach: Reach, channel: string, onNotice: () => void) {
  let client: pg.Client | undefined
  let isClosed = false
  let attempt = 0
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = createClient(reach)
    client = next
    next.on('notification', onNotice)
    next.on('end', () => again(next))
    try {
      await next.connect()
      await next.query(`LISTEN "${channel}"`)
      attempt = 0
      onNotice()
    } catch {
      next.end().catch(() => undefined)
      again(next)
    }
  }

  function again(lost: pg.Client): void {
    if (isClosed || client !== lost) return
    client = undefined
    attempt += 1
    const most = Math.min(100 * 2 ** attempt, MAX_RETRY_MILLISECONDS)
    retry = setTimeout(() => void connect(), most * (0.5 + Math.random()))
    retry.unref()
  }

  void connect()
  return {
    async close() {
      isClosed = true
      clearTimeout(retry)
      await client?.end().catch(() => undefined)
    },
  }
}
