import { Worker } from 'node:worker_threads'
import { UserError } from '../../core/errors.ts'
import { createChannelMemory, type OutputStream, openOutside } from './channel.ts'
import type { ThreadCall, ThreadMessage } from './messages.ts'

export interface ThreadSetup {
  /** Path of the thread's script. */
  readonly file: string
  readonly data: Readonly<Record<string, unknown>>
  /** Limit of the thread's own JavaScript heap; the sandbox's memory is outside of it. */
  readonly heapMegabytes: number
  /** How long after the deadline the thread may still stop the code by itself. */
  readonly graceMilliseconds: number
}

export type Ending =
  | { readonly kind: 'report'; readonly report: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'died'; readonly reason: string }

export interface ThreadRun {
  readonly ending: Ending
  readonly durationMs: number
  readonly output: (stream: OutputStream) => {
    readonly bytes: Uint8Array
    readonly written: number
  }
}

/** Answers a request of the code with JSON: `{ ok }` or `{ error }`. Never rejects. */
export type Serve = (name: string, args: string, signal: AbortSignal) => Promise<Uint8Array>

/** Threads are what can be ended from outside: endless loops in native code ignore every request to stop. */
export interface SandboxThread {
  /** Undefined once it can't be used again. */
  readonly isUsable: boolean
  /** One call at a time. Rejects with the signal's reason if that is aborted. */
  run(call: Omit<ThreadCall, 'deadline'>, options: RunOptions): Promise<ThreadRun>
  end(): Promise<void>
}

export interface RunOptions {
  readonly milliseconds: number
  readonly serve: Serve
  readonly signal: AbortSignal | undefined
}

/** Resolves when the thread can take a call. Throws UserError `internal` if it can't start. */
export async function startThread(setup: ThreadSetup): Promise<SandboxThread> {
  const memory = createChannelMemory()
  const channel = openOutside(memory)
  const worker = new Worker(setup.file, {
    workerData: { ...setup.data, memory },
    env: {},
    execArgv: [],
    // The runtime's own output helps nobody.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: setup.heapMegabytes },
  })
  let isUsable = true
  let onMessage: (message: ThreadMessage) => void = () => {}
  let onDeath: (reason: string) => void = () => {}
  worker.on('message', (message: ThreadMessage) => onMessage(message))
  worker.on('error', (error) => die(describeDeath(error)))
  worker.on('exit', () => die('its thread ended'))
  await new Promise<void>((resolve, reject) => {
    onDeath = (reason) => reject(notStarted(reason))
    onMessage = (message) => {
      if (message.kind === 'ready') resolve()
      if (message.kind === 'failed') reject(notStarted(message.message))
    }
  })
  // An idle thread keeps no process alive.
  worker.unref()

  function die(reason: string): void {
    isUsable = false
    onDeath(reason)
  }

  async function end(): Promise<void> {
    isUsable = false
    await worker.terminate()
  }

  async function run(
    call: Omit<ThreadCall, 'deadline'>,
    { milliseconds, serve, signal }: RunOptions,
  ): Promise<ThreadRun> {
    signal?.throwIfAborted()
    channel.clear()
    const over = new AbortController()
    const started = performance.now()
    worker.ref()
    try {
      const ending = await new Promise<Ending>((resolve) => {
        const timer = setTimeout(() => {
          isUsable = false
          resolve({ kind: 'timeout' })
        }, milliseconds + setup.graceMilliseconds)
        const stop = () => die('it was cancelled')
        over.signal.addEventListener('abort', () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', stop)
        })
        signal?.addEventListener('abort', stop, { once: true })
        onDeath = (reason) => resolve({ kind: 'died', reason })
        onMessage = (message) => {
          if (message.kind === 'report') {
            if (message.isSpent) isUsable = false
            resolve({ kind: 'report', report: message.report })
          }
          if (message.kind === 'timeout') resolve({ kind: 'timeout' })
          if (message.kind === 'request') {
            void serve(message.name, message.args, over.signal).then((answer) => {
              if (!over.signal.aborted) channel.answer(answer)
            })
          }
        }
        worker.postMessage({ ...call, deadline: Date.now() + milliseconds } satisfies ThreadCall)
      })
      const durationMs = Math.round(performance.now() - started)
      if (!isUsable) await end()
      signal?.throwIfAborted()
      return { ending, durationMs, output: channel.read }
    } finally {
      over.abort()
      onMessage = () => {}
      onDeath = () => {}
      worker.unref()
    }
  }

  return {
    get isUsable() {
      return isUsable
    },
    run,
    end,
  }
}

function describeDeath(error: Error): string {
  const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isMemory ? 'it used more memory than it may' : 'its thread failed'
}

function notStarted(reason: string): UserError {
  return new UserError('internal', `The sandbox could not start: ${reason}.`)
}
