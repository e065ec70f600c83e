import { toTimestamp } from '../core/clock.ts'
import { describeError } from '../core/log.ts'
import { paced } from '../core/paced.ts'
import { createEmbedLane, type EmbedLane, type EmbedLaneOptions } from './embed-lane.ts'

export interface EmbedQueueOptions extends EmbedLaneOptions {
  /** Embeds what no other handle is named for; null: nothing does. */
  readonly fallback: string | null
  /** That process has certainly ended, so what it held is free. */
  readonly hasEnded: (owner: string) => boolean
}

/** How often it looks for what another process left or inserted, beside being woken. */
const SWEEP_MILLISECONDS = 2_000

/** Every message is a reason to look, and most of them are not embedded. */
const MIN_REST_MILLISECONDS = 50

/**
 * Embeds in the background what was inserted: every model in a lane of its own, one batch at a time. What waits is the
 * table of tasks, so nothing is lost with a process, and several processes share the work.
 */
export interface EmbedQueue {
  /** Something may wait to be embedded. */
  wake(): void
  /** Takes nothing more, and gives back what is under way. */
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

  /** Processes that died hold nothing any more: what they held need not run out first. */
  async function sweep(): Promise<void> {
    try {
      for (const other of (await tasks.owners()).filter((one) => one !== owner && hasEnded(one)))
        await tasks.abandon(other)
    } catch (error) {
      log('warn', 'abandoned embeddings could not be looked for', { error: describeError(error) })
    }
    looking.ask()
  }

  // The first look comes with the first sweep: whoever starts has better things to do.
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
