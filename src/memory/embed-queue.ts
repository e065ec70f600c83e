import { toTimestamp } from '../core/clock.ts'
import { describeError } from '../core/log.ts'
import { paced } from '../core/paced.ts'
import { createEmbedLane, type EmbedLane, type EmbedLaneOptions } from './embed-lane.ts'

export interface EmbedQueueOptions extends EmbedLaneOptions {
  /** Default embedding model; null: only agents that name one are embedded. */
  readonly fallback: string | null
}

/** Interval for picking up work of other processes; own work wakes the queue at once. Chosen by hand. */
const LOOK_MILLISECONDS = 2_000

/** Every message wakes the queue, although most are not embedded. Chosen by hand. */
const MIN_REST_MILLISECONDS = 50

/**
 * Background embedding: one lane per model, one batch at a time. Pending work is a table of tasks, so no crash loses it
 * and several processes share it; a batch under way is a job, which becomes free when its process ends.
 */
export interface EmbedQueue {
  /** Signals that there may be something to embed. */
  wake(): void
  /** The same where a change matters only if something is embedded at all. */
  wakeIfUsed(): void
  /** Takes no new tasks. Batches under way become free with the jobs of this process. */
  stop(): Promise<void>
}

export function createEmbedQueue(options: EmbedQueueOptions): EmbedQueue {
  const { tasks, fallback, clock, log } = options
  const lanes = new Map<string, EmbedLane>()
  let stopping = false
  let lookFailed = false

  /** False: nothing is embedded. Only a change of an agent, or another process, makes that different. */
  let isUsed = true

  async function look(): Promise<void> {
    await tasks.adopt(fallback, toTimestamp(clock()))
    isUsed = fallback !== null || (await tasks.hasSets())
    if (!isUsed) {
      lookFailed = false
      return
    }
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
    { least: MIN_REST_MILLISECONDS, most: LOOK_MILLISECONDS },
  )

  // The first look comes with the first interval, to keep start-up fast.
  const timer = setInterval(looking.ask, LOOK_MILLISECONDS)
  timer.unref()

  return {
    wake: looking.ask,
    wakeIfUsed() {
      if (isUsed) looking.ask()
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      await looking.stop()
      await Promise.all([...lanes.values()].map((lane) => lane.stop()))
    },
  }
}
