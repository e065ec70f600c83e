import type { ModelFailure } from '../../llm/model.ts'

/** The next action after a failed model call. */
export type AfterFailure =
  | { readonly kind: 'retry'; readonly inMilliseconds: number }
  /** Too long to hold the agent: the run is paused and resumed at that time. */
  | { readonly kind: 'wait'; readonly inMilliseconds: number }
  | { readonly kind: 'give_up' }

/** Chosen by hand. */
const MAX_TRIES = 4
/** For a longer pause the run is put aside instead of holding the agent. Chosen by hand. */
export const MAX_PAUSE_MILLISECONDS = 60_000

/** For a longer wait the run fails and says so, since no user should wait that long without knowing. Chosen by hand. */
const MAX_WAIT_MILLISECONDS = 24 * 3_600_000

/**
 * The only place that decides on retries; the SDK clients make none. `tries` counts the calls so far. `firstPause` is
 * random, so that many agents do not retry at the same moment, and doubles with each try. Only failures that may pass
 * by themselves are tried again.
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
  if (asked > MAX_WAIT_MILLISECONDS) return { kind: 'give_up' }
  if (asked > MAX_PAUSE_MILLISECONDS) return { kind: 'wait', inMilliseconds: asked }
  // An invalid answer is tried once more; a server that sends two will send a third.
  const most = failure.reason === 'invalid_answer' ? 2 : MAX_TRIES
  if (tries >= most) return { kind: 'give_up' }
  const pause = firstPause * 2 ** (tries - 1)
  return { kind: 'retry', inMilliseconds: Math.max(pause, asked) }
}
