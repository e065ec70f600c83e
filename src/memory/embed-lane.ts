import { type Clock, toTimestamp } from '../core/clock.ts'
import { describeError, type Log } from '../core/log.ts'
import type { Embedder, EmbedderRegistry } from '../llm/embedder.ts'
import type { ModelFailure } from '../llm/model.ts'
import type {
  EmbeddingBatch,
  EmbeddingOutcome,
  EmbeddingTask,
  EmbeddingTasks,
  JobQueue,
} from '../storage/port/store.ts'

export interface EmbedLaneOptions {
  readonly tasks: EmbeddingTasks
  /** Holds the leases of batches. */
  readonly jobs: Pick<JobQueue, 'renew'>
  readonly embedders: Pick<EmbedderRegistry, 'resolve'>
  /** Identifies this process as the holder of its batches. */
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
  /** Batches of a process that stopped renewing their leases become free after this time. */
  readonly leaseMilliseconds: number
  /** Pause after the first failure in a row; doubles with each further one. */
  readonly firstPauseMilliseconds: number
}

/** One embedder call per batch, so a killed process loses at most this much work. Chosen by hand. */
const MAX_TASKS = 64
const MAX_CHARACTERS = 100_000
const MAX_PAUSE_MILLISECONDS = 300_000
/** A longer Retry-After of a provider is shortened to a day. Chosen by hand. */
const MAX_ASKED_PAUSE_MILLISECONDS = 24 * 3_600_000
/**
 * Retry of a text that the model can't embed, in multiples of the first pause: a minute, doubling with each attempt.
 * Chosen by hand.
 */
const TEXT_PAUSES = 120
/**
 * Ten minutes when vectors have another dimension than the stored ones: only a change of settings helps. Chosen by
 * hand.
 */
const WRONG_DIMENSION_PAUSES = 1_200
/** Sample text that every working model can embed. */
const PROBE = 'text'
const NO_VECTORS = 'The model returns no usable vectors.'

/** Background worker of one embedding model. */
export interface EmbedLane {
  /** Continues, unless it pauses after a failure. */
  wake(): void
  /** Stops the running batch. */
  stop(): Promise<void>
}

/** `wakeLater` is called when a pause is over. */
export function createEmbedLane(
  handle: string,
  options: EmbedLaneOptions,
  wakeLater: () => void,
): EmbedLane {
  const { tasks, jobs, embedders, owner, clock, log } = options
  const { leaseMilliseconds, firstPauseMilliseconds } = options
  const controller = new AbortController()
  let embedder: Embedder | undefined
  let working: Promise<void> | undefined
  let wokenWhileWorking = false
  let failures = 0
  let pausedUntil = 0
  /** Shrinks with failures until the text that causes them is alone in its batch. */
  let batchSize = MAX_TASKS
  let alarm: NodeJS.Timeout | undefined

  const now = (later = 0) => toTimestamp(clock() + later)

  async function work(): Promise<void> {
    while (!controller.signal.aborted && performance.now() >= pausedUntil) {
      const { batch, progressed } = await tasks.claim({
        handle,
        owner,
        now: now(),
        expiresAt: now(leaseMilliseconds),
        mostTasks: batchSize,
        mostCharacters: MAX_CHARACTERS,
      })
      if (batch) await embed(batch)
      else if (!progressed) return
    }
  }

  async function embed(batch: EmbeddingBatch): Promise<void> {
    const renewing = setInterval(() => {
      jobs.renew(batch.lease, now(leaseMilliseconds)).catch((error: unknown) => {
        log('warn', 'embeddings could not be held', { handle, error: describeError(error) })
      })
    }, leaseMilliseconds / 3)
    try {
      embedder ??= embedders.resolve(handle)
      await settle(embedder, batch)
    } catch (error) {
      await giveBack(batch, { message: describeError(error) })
    } finally {
      clearInterval(renewing)
    }
  }

  async function settle(by: Embedder, batch: EmbeddingBatch): Promise<void> {
    const claimed = batch.tasks
    const texts = [...new Set(claimed.map(({ text }) => text))]
    const { embedded, failure } = await by.embed(texts, 'passage', controller.signal)
    const results = new Map(embedded.map((result, index) => [texts[index], result]))
    const open = claimed.filter(({ text }) => !results.has(text))
    const suspect = failure && mayBeTheText(failure) && open.length === 1 ? open[0] : undefined
    const hasNone = embedded.length > 0 && embedded.every(({ kind }) => kind === 'refused')
    // An endpoint that can't embed anything is broken; then its texts are not to blame.
    const blamesTexts = suspect || hasNone ? await worksForOthers(by) : true
    if (controller.signal.aborted) return

    const outcomes: EmbeddingOutcome[] = []
    for (const task of claimed) {
      const result = results.get(task.text)
      if (result?.kind === 'vector') outcomes.push({ ...result, task })
      else if (blamesTexts && result) outcomes.push(refused(task, result.problem))
      else if (blamesTexts && failure && task === suspect)
        outcomes.push(refused(task, failure.message))
    }
    const hasRest = claimed.some((task) => !outcomes.some((outcome) => outcome.task === task))
    if (!hasRest) {
      await finish(batch, outcomes)
      succeed()
    } else await giveBack(batch, failure ?? { message: NO_VECTORS }, outcomes)
  }

  async function finish(
    { lease }: EmbeddingBatch,
    outcomes: readonly EmbeddingOutcome[],
    rest: { readonly problem?: string } = {},
  ): Promise<void> {
    const retryAt = now(WRONG_DIMENSION_PAUSES * firstPauseMilliseconds)
    const { problem } = await tasks.finish(lease, { outcomes, retryAt, ...rest })
    if (problem !== null) log('warn', 'embeddings do not fit', { handle, problem })
  }

  function refused(task: EmbeddingTask, problem: string): EmbeddingOutcome {
    const pause = TEXT_PAUSES * firstPauseMilliseconds * 2 ** task.attempts
    log('info', 'a text can not be embedded', { handle, problem })
    return { kind: 'refused', task, problem, retryAt: now(pause) }
  }

  async function worksForOthers(by: Embedder): Promise<boolean> {
    const { embedded } = await by.embed([PROBE], 'passage', controller.signal)
    return embedded[0]?.kind === 'vector'
  }

  function succeed(): void {
    if (failures > 0) log('info', 'embedding goes on', { handle })
    failures = 0
    batchSize = Math.min(MAX_TASKS, 2 * batchSize)
  }

  /** Returns texts without an outcome to the queue, so none is lost: they wait until the endpoint works again. */
  async function giveBack(
    batch: EmbeddingBatch | undefined,
    failure: Pick<ModelFailure, 'message'> & Partial<ModelFailure>,
    outcomes: readonly EmbeddingOutcome[] = [],
  ): Promise<void> {
    const asked = Math.min(failure.retryAfterMilliseconds ?? 0, MAX_ASKED_PAUSE_MILLISECONDS)
    const grown = Math.min(firstPauseMilliseconds * 2 ** failures, MAX_PAUSE_MILLISECONDS)
    const pause = Math.max(asked, grown * (0.5 + Math.random() / 2))
    if (failures === 0)
      log('warn', 'embedding has to wait', {
        handle,
        problem: failure.message,
        ...(failure.hint !== undefined && { hint: failure.hint }),
      })
    failures += 1
    const left = (batch?.tasks.length ?? 0) - outcomes.length
    if (mayBeTheText(failure)) batchSize = Math.max(1, Math.floor(left / 4))
    pausedUntil = performance.now() + pause
    alarm = setTimeout(wakeLater, pause)
    alarm.unref()
    if (batch) await finish(batch, outcomes, { problem: failure.message })
  }

  function wake(): void {
    if (controller.signal.aborted || performance.now() < pausedUntil) return
    wokenWhileWorking = working !== undefined
    working ??= work()
      .catch((error: unknown) => giveBack(undefined, { message: describeError(error) }))
      .catch(() => undefined)
      .finally(() => {
        working = undefined
        if (wokenWhileWorking) wake()
      })
  }

  return {
    wake,
    async stop() {
      controller.abort()
      clearTimeout(alarm)
      await working
    },
  }
}

/** Some servers fail the whole batch because of one text, without saying so. */
function mayBeTheText({ reason }: Partial<ModelFailure>): boolean {
  return !['rate_limited', 'unauthorized', 'exhausted', 'aborted'].includes(reason ?? '')
}
