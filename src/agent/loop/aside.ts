import type { RunId } from '../../core/ids.ts'

/**
 * Runs that this process has paused and resumes by itself. It measures their pauses with a monotonic clock, which
 * nobody can set. The time in the database is for other processes, and for the next one after a restart.
 */
export interface Aside {
  /** Pauses the run; what it has used so far is remembered. */
  put(id: RunId, rest: Rest): void
  /** What is remembered of a paused run. */
  find(id: RunId): Rest | undefined
  /** The run is being worked on again. */
  take(id: RunId): void
  /** Runs whose pause is not over. */
  resting(): readonly RunId[]
  /** Runs whose pause is over. */
  due(): readonly RunId[]
}

export interface Rest {
  readonly milliseconds: number
  /** How many times in a row it was paused for lack of memory, file handles or a database. */
  readonly troubles: number
  /** How long the run has been going on, pauses included. */
  readonly elapsed: () => number
}

/** An entry this long overdue is dropped: another process has the run, or it is over. Chosen by hand. */
const FORGOTTEN_AFTER_MILLISECONDS = 600_000

export function createAside(now: () => number = () => performance.now()): Aside {
  const runs = new Map<RunId, { readonly rest: Rest; readonly until: number }>()

  function idsWhere(holds: (until: number, time: number) => boolean): readonly RunId[] {
    const time = now()
    for (const [id, { until }] of runs) {
      if (until + FORGOTTEN_AFTER_MILLISECONDS < time) runs.delete(id)
    }
    return [...runs].filter(([, { until }]) => holds(until, time)).map(([id]) => id)
  }

  return {
    put(id, rest) {
      runs.set(id, { rest, until: now() + rest.milliseconds })
    },
    find: (id) => runs.get(id)?.rest,
    take(id) {
      runs.delete(id)
    },
    resting: () => idsWhere((until, time) => until > time),
    due: () => idsWhere((until, time) => until <= time),
  }
}
