import { toTimestamp } from '../core/clock.ts'
import { dayOf, isSpent, spentText, sumOf } from '../core/token-use.ts'
import type { TokenStats } from '../service/context.ts'
import type { Store } from '../storage/port/store.ts'

export async function readTokens(
  store: Store,
  maxPerDay: number | null,
  now: number,
): Promise<TokenStats> {
  const today = await store.tokenUse.totals(dayOf(toTimestamp(now)))
  const used = sumOf(today)
  const isStopped = maxPerDay !== null && isSpent(used, maxPerDay, 'background')
  return {
    total: await store.tokenUse.totals(),
    today,
    maxPerDay,
    ...(isStopped && { stopped: spentText(used, maxPerDay, 'background') }),
  }
}
