import { type Clock, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import type { Storage, WaitingForModel } from '../../storage/port/store.ts'

/** Pause between two looks; listing the models of a local server is cheap. Chosen by hand. */
const PAUSE_MILLISECONDS = 2_000
/** The oldest runs come first; the rest follow once these have gone on. Chosen by hand. */
const MAX_RUNS = 1_000

export interface ModelWatchOptions {
  readonly storage: Pick<Storage, 'in' | 'claims'>
  readonly models: ModelRegistry
  /** This worker; it takes over the runs, since it has the model. */
  readonly owner: string
  readonly clock: Clock
  readonly log: Log
  /** Called once runs have gone on. */
  readonly wake: () => void
}

/** Resumes runs that wait for a model, whichever server accepted them, as soon as this server has it. */
export interface ModelWatch {
  /** Looks once, unless it has just done so. Never rejects. */
  look(): Promise<void>
}

export function createModelWatch(options: ModelWatchOptions): ModelWatch {
  const { storage, models, owner, clock, log, wake } = options
  let isLooking = false
  let lookedAt = Number.NEGATIVE_INFINITY

  async function isThere({ model, ranOn, clientSamples }: WaitingForModel): Promise<boolean> {
    try {
      const found = await models.resolveFor({ model, ranOn }, { samples: clientSamples })
      return found.kind === 'model' && !(await models.isGone(found.model.handle))
    } catch (error) {
      if (error instanceof UserError) return false
      throw error
    }
  }

  async function letGoOn(): Promise<void> {
    const waiting = await storage.claims.waitingForModel(MAX_RUNS)
    const asked = new Map<string, boolean>()
    for (const run of waiting) {
      const key = JSON.stringify([run.model, run.ranOn !== null, run.clientSamples])
      const known = asked.get(key) ?? (await isThere(run))
      asked.set(key, known)
      if (!known) continue
      const at = toTimestamp(clock())
      const store = storage.in(run.namespace)
      await store.transaction((tx) => tx.runs.goOn(run.runId, { acceptedBy: owner }, at))
      wake()
    }
  }

  return {
    async look() {
      if (isLooking || performance.now() - lookedAt < PAUSE_MILLISECONDS) return
      isLooking = true
      try {
        await letGoOn()
      } catch (error) {
        log('warn', 'models could not be looked for', { error: describeError(error) })
      } finally {
        isLooking = false
        lookedAt = performance.now()
      }
    },
  }
}
