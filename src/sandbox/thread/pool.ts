import { UserError } from '../../core/errors.ts'
import type { SandboxThread } from './thread.ts'

export interface PoolOptions {
  readonly start: () => Promise<SandboxThread>
  readonly maxThreads: number
  readonly maxWaiting: number
  readonly idleMilliseconds: number
}

/** Threads that are started when they are needed, used one call at a time, and ended when they have been idle. */
export interface ThreadPool {
  /** Waits for a thread. Throws UserError `busy` if too many wait, or the signal's reason. */
  use<T>(signal: AbortSignal | undefined, work: (thread: SandboxThread) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function createThreadPool({
  start,
  maxThreads,
  maxWaiting,
  idleMilliseconds,
}: PoolOptions): ThreadPool {
  const idle: { readonly thread: SandboxThread; readonly timer: NodeJS.Timeout }[] = []
  const busy = new Set<SandboxThread>()
  const waiting: (() => void)[] = []
  let taken = 0
  let isClosed = false

  async function use<T>(
    signal: AbortSignal | undefined,
    work: (thread: SandboxThread) => Promise<T>,
  ): Promise<T> {
    await takePlace(signal)
    try {
      const thread = takeIdle() ?? (await start())
      busy.add(thread)
      try {
        if (isClosed) throw closed()
        return await work(thread)
      } finally {
        busy.delete(thread)
        if (isClosed) await thread.end()
        else if (thread.isUsable) keep(thread)
      }
    } finally {
      givePlace()
    }
  }

  async function takePlace(signal: AbortSignal | undefined): Promise<void> {
    if (isClosed) throw closed()
    signal?.throwIfAborted()
    if (taken < maxThreads) {
      taken += 1
      return
    }
    if (waiting.length >= maxWaiting) {
      throw new UserError(
        'busy',
        `${waiting.length} calls already wait for the sandbox. Try again later.`,
      )
    }
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        waiting.splice(waiting.indexOf(take), 1)
        reject(signal?.reason)
      }
      const take = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      waiting.push(take)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Hands the place on, so that nobody else takes it in between. */
  function givePlace(): void {
    const next = waiting.shift()
    if (next) next()
    else taken -= 1
  }

  function takeIdle(): SandboxThread | undefined {
    const last = idle.pop()
    if (last) clearTimeout(last.timer)
    return last === undefined || last.thread.isUsable ? last?.thread : takeIdle()
  }

  function keep(thread: SandboxThread): void {
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((one) => one.thread === thread),
        1,
      )
      void thread.end()
    }, idleMilliseconds).unref()
    idle.push({ thread, timer })
  }

  return {
    use,
    async close() {
      isClosed = true
      const threads = [...idle.map(({ thread }) => thread), ...busy]
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

function closed(): UserError {
  return new UserError('busy', 'The server is stopping and runs no more code.')
}
