import { dirname, join } from 'node:path'
import { setImmediate as letOthersTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Batch, FromParser, ParseTask, ToParser } from './batch.ts'
import { Refused } from './refused.ts'

/** Heap of the parsing thread. A file that needs more is refused. Chosen by hand. */
const HEAP_MEGABYTES = 256
/** The part of it for short-lived objects. Node fills its own choice, three times 16 MB, before it collects any. */
const YOUNG_MEGABYTES = 8
/** Between two batches of a file, which a slow but honest file needs. Chosen by hand. */
const MAX_SILENCE_MILLISECONDS = 60_000

declare const RECOLLECT_PARSER: string | undefined

/** Beside the bundle; from source, where `npm run generate` has put it. */
function workerFile(): string {
  return typeof RECOLLECT_PARSER === 'string'
    ? join(dirname(import.meta.url), RECOLLECT_PARSER)
    : fileURLToPath(new URL('../generated/parse-worker.cjs', import.meta.url))
}

/** Parses files one after another in a thread with limits of memory and time. */
export interface Parser {
  /** Batches in their order; the next is parsed when the last is taken. Throws Refused. */
  parse(task: ParseTask, signal: AbortSignal): AsyncGenerator<Batch>
  close(): Promise<void>
}

export function createParser(maxSilence = MAX_SILENCE_MILLISECONDS): Parser {
  let worker: Worker | undefined

  function start(): Worker {
    const started = new Worker(workerFile(), {
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MEGABYTES,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
      },
      // It needs nothing of ours, least of all our keys. What a parser prints would break JSON-RPC on stdout.
      ...{ env: {}, stdout: true, stderr: true },
    })
    // Nobody reads them, and a full pipe would hold the thread.
    started.stdout.resume()
    started.stderr.resume()
    started.unref()
    // Its end is noticed by the file that it parses; without a listener an error would end the server.
    started.on('error', () => undefined)
    started.once('exit', () => {
      if (worker === started) worker = undefined
    })
    return started
  }

  async function stop(): Promise<void> {
    const stopped = worker
    worker = undefined
    await stopped?.terminate()
  }

  return {
    async *parse(task, signal) {
      worker ??= start()
      const current = worker
      let isOver = false
      try {
        let next: ToParser = { type: 'parse', task }
        for (;;) {
          const said = await exchange(current, next, maxSilence, signal)
          isOver = said.type !== 'batch'
          if (said.type === 'refused') throw new Refused(said.reason)
          if (said.type === 'done') return
          // The next may be there already when this one is stored, and is given out before anything else has its turn.
          await letOthersTurn()
          yield said.batch
          next = { type: 'next' }
        }
      } finally {
        // Whatever it still does with this file must not mix with the next.
        if (!isOver) await stop()
      }
    },
    close: stop,
  }
}

function exchange(
  worker: Worker,
  message: ToParser,
  maxSilence: number,
  signal: AbortSignal,
): Promise<FromParser> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Refused(`It took longer than ${maxSilence / 1_000} s to read. Split it.`)),
      maxSilence,
    )
    const onMessage = (said: FromParser) => settle(() => resolve(said))
    const onError = (error: Error & { readonly code?: string }) =>
      settle(() =>
        reject(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Refused(`It needs more than ${HEAP_MEGABYTES} MB of memory to read. Split it.`)
            : error,
        ),
      )
    const onExit = () => settle(() => reject(new Refused('Reading it ended unexpectedly.')))
    const onAbort = () => settle(() => reject(signal.reason))
    function settle(end: () => void): void {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
      end()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    worker.postMessage(message)
  })
}
