import { Worker } from 'node:worker_threads'
import { EMBED_WORKER } from '../../generated/embed-worker.ts'
import type { EmbedThreadSetup, FromEmbedThread, ToEmbedThread } from './thread-messages.ts'

/** A thread that embeds texts, one small batch after the other. */
export interface EmbedThread {
  /** Never rejects. Urgent texts go before all others that wait; undefined: aborted. */
  embed(
    texts: readonly string[],
    isUrgent: boolean,
    signal: AbortSignal,
  ): Promise<FromEmbedThread | undefined>
}

interface Waiting {
  readonly texts: ToEmbedThread
  readonly isUrgent: boolean
  readonly settle: (said: FromEmbedThread | undefined) => void
}

/** `onEnd` is called when the thread can embed no more. It lasts as long as the process otherwise. */
export function startEmbedThread(setup: EmbedThreadSetup, onEnd: () => void): EmbedThread {
  const waiting: Waiting[] = []
  let current: Waiting | undefined
  let end: FromEmbedThread | undefined

  const worker = new Worker(EMBED_WORKER, {
    eval: true,
    workerData: setup,
    // It needs none of our keys.
    env: {},
  })
  worker.unref()
  worker.on('message', (said: FromEmbedThread) => {
    if (said.type === 'broken') return close(said.problem)
    const done = current
    current = undefined
    // Idle, it must not keep the process alive.
    worker.unref()
    done?.settle(said)
    next()
  })
  worker.on('error', (error) => close(error.message))
  worker.on('exit', () => close('The thread of the model ended unexpectedly.'))

  function close(problem: string): void {
    if (end) return
    end = { type: 'broken', problem }
    onEnd()
    void worker.terminate()
    for (const one of [...(current ? [current] : []), ...waiting.splice(0)]) one.settle(end)
  }

  function next(): void {
    if (current || end) return
    const urgent = waiting.findIndex(({ isUrgent }) => isUrgent)
    ;[current] = waiting.splice(Math.max(urgent, 0), 1)
    if (!current) return
    worker.ref()
    worker.postMessage(current.texts)
  }

  return {
    embed(texts, isUrgent, signal) {
      return new Promise((resolve) => {
        if (end || signal.aborted) return resolve(end)
        const leave = () => {
          const index = waiting.indexOf(one)
          if (index >= 0) waiting.splice(index, 1)
          one.settle(undefined)
        }
        const one: Waiting = {
          texts,
          isUrgent,
          settle(said) {
            signal.removeEventListener('abort', leave)
            resolve(said)
          },
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(one)
        next()
      })
    },
  }
}
