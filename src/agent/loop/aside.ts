import type { RunId } from '../../core/ids.ts'

/**
 * Runs that this process has put down and will take up again by itself. How long they rest is told by its own time, which
 * nobody sets; the time in the database is for other processes, and for the one that comes after it.
 */
export interface Aside {
  /** The run rests for so long; what it has taken so far is remembered. */
  put(id: RunId, rest: Rest): void
  /** It is worked on again. */
  take(id: RunId): Rest | undefined
  /** They rest still. */
  resting(): readonly RunId[]
  /** They have rested enough. */
  due(): readonly RunId[]
}

export interface Rest {
  readonly milliseconds: number
  /** That it was put down for want of memory, file handles or a database, in a row. */
  readonly troubles: number
  /** For how long the run has been going on, pauses included. */
  readonly elapsed: () => number
}

/** What was not taken up for so long after it was due was taken by others, or is over. */
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
    take(id) {
      const rest = runs.get(id)?.rest
      runs.delete(id)
      return rest
    },
    resting: () => idsWhere((until, time) => until > time),
    due: () => idsWhere((until, time) => until <= time),
  }
}
