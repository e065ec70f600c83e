import { Worker } from 'node:worker_threads'
import { UserError } from '../../core/errors.ts'
import { GREP_WORKER } from '../../generated/grep-worker.ts'

/** Chosen by hand. */
const HEAP_MEGABYTES = 64

export interface GrepSetup {
  /** Regular expressions, for names of files and for lines. */
  readonly include: string
  readonly pattern: string
}

export interface GrepQuestion {
  readonly which: keyof GrepSetup
  readonly texts: readonly string[]
}

export interface GrepAnswer {
  /** Indexes of the texts that match. */
  readonly found: readonly number[]
}

export interface Grep {
  /** One question at a time. Throws UserError when the time is over. */
  ask(which: keyof GrepSetup, texts: readonly string[]): Promise<readonly number[]>
  close(): Promise<void>
}

/**
 * Tries regular expressions in a thread: some take for ever on some lines, and nothing else can stop them. All questions
 * together have so much time.
 */
export function openGrep(setup: GrepSetup, milliseconds: number, signal: AbortSignal): Grep {
  const worker = new Worker(GREP_WORKER, {
    eval: true,
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    env: {},
  })
  // A failure is told by the question that waits.
  worker.on('error', () => undefined)
  const deadline = Date.now() + milliseconds
  return {
    ask(which, texts) {
      return new Promise((resolve, reject) => {
        const fail = (error: unknown) => settle(() => reject(error))
        const timer = setTimeout(() => fail(tooSlow(milliseconds)), deadline - Date.now())
        const onMessage = ({ found }: GrepAnswer) => settle(() => resolve(found))
        const onExit = () => fail(tooSlow(milliseconds))
        const onAbort = () => fail(signal.reason)
        function settle(end: () => void): void {
          clearTimeout(timer)
          worker.off('message', onMessage).off('exit', onExit)
          signal.removeEventListener('abort', onAbort)
          end()
        }
        worker.on('message', onMessage).on('exit', onExit)
        signal.addEventListener('abort', onAbort, { once: true })
        if (signal.aborted) onAbort()
        else worker.postMessage({ which, texts } satisfies GrepQuestion)
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}

function tooSlow(milliseconds: number): UserError {
  return new UserError(
    'limit_exceeded',
    `The search took longer than ${milliseconds / 1_000} s and was stopped. Use a simpler pattern, or name fewer files with include.`,
  )
}
