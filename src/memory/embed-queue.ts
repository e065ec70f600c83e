import { toTimestamp } from '../core/clock.ts'
import { describeError } from '../core/log.ts'
import { paced } from '../core/paced.ts'
import { createEmbedLane, type EmbedLane, type EmbedLaneOptions } from './embed-lane.ts'

export interface EmbedQueueOptions extends EmbedLaneOptions {
  /** Default embedding model; null: only agents that name one are embedded. */
  readonly fallback: string | null
  /** True if that process has certainly ended, so its tasks are free. */
  readonly hasEnded: (owner: string) => boolean
}

/** Interval for picking up work of other processes; own work wakes the queue at once. Chosen by hand. */
const SWEEP_MILLISECONDS = 2_000

/** Every message wakes the queue, although most are not embedded. Chosen by hand. */
const MIN_REST_MILLISECONDS = 50

/**
 * Background embedding: one lane per model, one batch at a time. Pending work is a table of tasks, so no crash loses it
 * and several processes share it.
 */
export interface EmbedQueue {
  /** Signals that there may be something to embed. */
  wake(): void
  /** Takes no new tasks and returns the running ones. */
  stop(): Promise<void>
}

export function createEmbedQueue(options: EmbedQueueOptions): EmbedQueue {
  const { tasks, fallback, owner, hasEnded, clock, log } = options
  const lanes = new Map<string, EmbedLane>()
  let stopping = false
  let lookFailed = false

  async function look(): Promise<void> {
    await tasks.adopt(fallback, toTimestamp(clock()))
    for (const handle of await tasks.handles(toTimestamp(clock()))) {
      const lane = lanes.get(handle) ?? createEmbedLane(handle, options, looking.ask)
      lanes.set(handle, lane)
      if (!stopping) lane.wake()
    }
    lookFailed = false
  }

  const looking = paced(
    () =>
      look().catch((error: unknown) => {
        if (!lookFailed)
          log('error', 'embeddings could not be looked for', { error: describeError(error) })
        lookFailed = true
      }),
    { least: MIN_REST_MILLISECONDS, most: SWEEP_MILLISECONDS },
  )

  /** Frees tasks of dead processes without waiting for their leases to expire. */
  async function sweep(): Promise<void> {
    try {
      for (const other of (await tasks.owners()).filter((one) => one !== owner && hasEnded(one)))
        await tasks.abandon(other)
    } catch (error) {
      log('warn', 'abandoned embeddings could not be looked for', { error: describeError(error) })
    }
    looking.ask()
  }

  // The first look comes with the first sweep, to keep start-up fast.
  const timer = setInterval(() => void sweep(), SWEEP_MILLISECONDS)
  timer.unref()

  return {
    wake: looking.ask,
    async stop() {
      stopping = true
      clearInterval(timer)
      await looking.stop()
      await Promise.all([...lanes.values()].map((lane) => lane.stop()))
      await tasks.abandon(owner)
    },
  }
}
