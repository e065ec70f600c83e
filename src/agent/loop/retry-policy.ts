import type { ModelFailure } from '../../llm/model.ts'

/** What to do about a model call that failed. */
export type AfterFailure =
  | { readonly kind: 'retry'; readonly inMilliseconds: number }
  /** Too long to hold the agent for: the run is put aside and taken up again at that time. */
  | { readonly kind: 'wait'; readonly inMilliseconds: number }
  | { readonly kind: 'give_up' }

const MOST_TRIES = 4
/** A provider that asks for a longer pause than this is obeyed by putting the run aside. */
export const LONGEST_PAUSE_MILLISECONDS = 60_000

/** And for a longer one than this nobody should wait unawares, so the run fails and says so. */
const LONGEST_WAIT_MILLISECONDS = 24 * 3_600_000

/**
 * The one place that decides on retries; the clients below make none of their own. `tries` counts the calls made so
 * far; `firstPause` is spread by chance, so that many agents do not come back at the same moment, and doubles with each
 * try. Only what may pass by itself is tried again.
 */
export function afterFailure(
  failure: ModelFailure,
  tries: number,
  firstPause: number,
): AfterFailure {
  switch (failure.reason) {
    case 'unreachable':
    case 'rate_limited':
    case 'invalid_answer':
      break
    case 'unauthorized':
    case 'context_overflow':
    case 'rejected':
    case 'filtered':
    case 'exhausted':
    case 'aborted':
      return { kind: 'give_up' }
  }
  const asked = failure.retryAfterMilliseconds ?? 0
  if (asked > LONGEST_WAIT_MILLISECONDS) return { kind: 'give_up' }
  if (asked > LONGEST_PAUSE_MILLISECONDS) return { kind: 'wait', inMilliseconds: asked }
  // A server that talks nonsense once may do better; one that does it twice will not.
  const most = failure.reason === 'invalid_answer' ? 2 : MOST_TRIES
  if (tries >= most) return { kind: 'give_up' }
  const pause = firstPause * 2 ** (tries - 1)
  return { kind: 'retry', inMilliseconds: Math.max(pause, asked) }
}
