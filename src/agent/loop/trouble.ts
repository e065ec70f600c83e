import { setTimeout as pause } from 'node:timers/promises'
import { UserError } from '../../core/errors.ts'
import { isExhausted } from '../../core/exhausted.ts'
import { giveBackRun } from './finish-run.ts'
import { type HeldRun, LostLease } from './held.ts'

const FIRST_PAUSE_MILLISECONDS = 250
const LONGEST_PAUSE_MILLISECONDS = 30_000

/** The database's and the machine's own troubles are not the agent's: what failed for them is done again later. */
export function isTrouble(error: unknown): boolean {
  if (isExhausted(error)) return true
  return error instanceof UserError && ['busy', 'storage_full', 'unsupported'].includes(error.code)
}

/** For how long a run rests after so many troubles in a row; by chance, so that many do not come back at one moment. */
export function restAfter(troubles: number): number {
  const grown = FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(troubles, 20)
  return Math.min(grown, LONGEST_PAUSE_MILLISECONDS) * (0.5 + Math.random() / 2)
}

/** Lets go of the run as soon as that can be stored; until then the lease keeps it for this process. */
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
