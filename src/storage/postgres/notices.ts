import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { createClient, type Reach } from './connections.ts'

/**
 * Without notices the log is polled at this interval, since a notice can be lost with its connection. Chosen by hand.
 */
const POLL_MILLISECONDS = 1_000
/** One notice covers all commits of this interval. Chosen by hand. */
const PAUSE_MILLISECONDS = 25
const MAX_RETRY_MILLISECONDS = 10_000

/** Tells other processes about commits, and hears about theirs (LISTEN/NOTIFY). */
export interface Notices {
  /** False only if there was no notice since the last call. */
  heard(): boolean
  /** Records that there may be changes to read. */
  note(): void
  /** Calls the listener on every notice. */
  onNote(listener: () => void): void
  /** Announces a commit of this process. */
  tell(): void
  close(): Promise<void>
}

export interface NoticesOptions {
  readonly pool: pg.Pool
  readonly channel: string
  /** Direct connection for LISTEN, which a pooler does not support; null: poll every second instead. */
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
  // Own commits are told without a notice.
  const own = randomUUID()
  const listener = listenAt && keepListening(listenAt, channel, own, note)

  async function tellAll(): Promise<void> {
    isTelling = true
    while (isToBeTold && !isClosed) {
      isToBeTold = false
      // If it fails, other processes find the change by polling.
      await pool.query(`NOTIFY "${channel}", '${own}'`).catch(() => undefined)
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
      isNoted = true
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

/** Listens again after a lost connection, and reads the log then, since notices may have been missed. */
function keepListening(reach: Reach, channel: string, own: string, onNotice: () => void) {
  let client: pg.Client | undefined
  let isClosed = false
  let attempt = 0
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = createClient(reach)
    client = next
    next.on('notification', ({ payload }) => {
      if (payload !== own) onNotice()
    })
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
