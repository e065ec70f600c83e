import type { Clock } from '../../core/clock.ts'

/** A clock that is corrected little by little moves less than this between two looks. */
const LARGEST_DRIFT_MILLISECONDS = 1_000
/** A busy process looks late; one that is later than this was stopped, or its machine slept. */
const LONGEST_GAP_MILLISECONDS = 5_000

/** Since when this process has been awake and its clock has only gone forward: only then does an age in the database mean anything. */
export interface Steadiness {
  look(): void
  /** It has been steady for so long, or ever since it started. */
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
      if (gap > LONGEST_GAP_MILLISECONDS || drift > LARGEST_DRIFT_MILLISECONDS) since = next.now
      last = next
    },
    lasts: (milliseconds) => now() - since >= milliseconds,
  }
}
