import { setTimeout as pause } from 'node:timers/promises'
import { Unavailable, UserError } from '../../core/errors.ts'
import { isExhausted } from '../../core/exhausted.ts'
import { giveBackRun } from './finish-run.ts'
import { type HeldRun, LostLease } from './held.ts'

/** Chosen by hand. */
const FIRST_PAUSE_MILLISECONDS = 250
/** Chosen by hand. */
const MAX_PAUSE_MILLISECONDS = 30_000

/** Failures of the database or the machine are not the agent's fault; the work is repeated later. */
export function isTrouble(error: unknown): boolean {
  if (isExhausted(error)) return true
  if (!(error instanceof UserError) || error instanceof Unavailable) return false
  return ['busy', 'storage_full', 'unsupported'].includes(error.code)
}

/** Pause after this many failures in a row; random, so that many runs do not resume at the same moment. */
export function restAfter(troubles: number): number {
  const grown = FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(troubles, 20)
  return Math.min(grown, MAX_PAUSE_MILLISECONDS) * (0.5 + Math.random() / 2)
}

/** Releases the run as soon as the database allows it; until then the lease keeps it for this process. */
export async function putDown(run: HeldRun, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      await giveBackRun(run)
      return
    } catch (error) {
      if (error instanceof LostLease || !isTrouble(error)) return
    }
    await pause(restAfter(tries), undefined, { signal }).catch(() => undefined)
  }
}
