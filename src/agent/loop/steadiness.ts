import type { Clock } from '../../core/clock.ts'

/** A gradual clock correction moves the clock less than this between two looks. Chosen by hand. */
const MAX_DRIFT_MILLISECONDS = 1_000
/** A busy process looks late; a longer gap means that it or its machine was suspended. Chosen by hand. */
const MAX_GAP_MILLISECONDS = 5_000

/**
 * How long this process has been awake with its clock only going forward. Ages of database times mean nothing
 * otherwise.
 */
export interface Steadiness {
  look(): void
  /** It has been steady for this long, or ever since it started. */
  lasts(milliseconds: number): boolean
}

export function createSteadiness(
  clock: Clock,
  now: () => number = () => performance.now(),
): Steadiness {
  let since = Number.NEGATIVE_INFINITY
  let last = { now: now(), clock: clock() }
  return {
    look() {
      const next = { now: now(), clock: clock() }
      const gap = next.now - last.now
      const drift = Math.abs(next.clock - last.clock - gap)
      if (gap > MAX_GAP_MILLISECONDS || drift > MAX_DRIFT_MILLISECONDS) since = next.now
      last = next
    },
    lasts: (milliseconds) => now() - since >= milliseconds,
  }
}
