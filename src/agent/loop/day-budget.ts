import type { Timestamp } from '../../core/clock.ts'
import type { Run } from '../../core/run.ts'
import { dayOf, isSpent, purposeOf, spentText, sumOf } from '../../core/token-use.ts'
import type { Transaction } from '../../storage/port/store.ts'

/** Why the run may not call a model any more today; undefined: it may. */
export async function spentToday(
  tx: Pick<Transaction, 'tokenUse'>,
  run: Pick<Run, 'sender' | 'notice'>,
  limit: number | null,
  at: Timestamp,
): Promise<string | undefined> {
  if (limit === null) return undefined
  const used = sumOf(await tx.tokenUse.totals(dayOf(at)))
  const purpose = purposeOf(run)
  return isSpent(used, limit, purpose) ? spentText(used, limit, purpose) : undefined
}
