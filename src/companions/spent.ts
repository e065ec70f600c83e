import { toTimestamp } from '../core/clock.ts'
import { dayOf, isSpent, nextDay, spentText, sumOf } from '../core/token-use.ts'
import type { JobEnd } from '../jobs/job-handler.ts'
import type { Store } from '../storage/port/store.ts'

/** The end of a job's work for today if the day's tokens are used up; undefined: it may go on. */
export async function restOfDay(
  store: Store,
  limit: number | null,
  now: number,
): Promise<JobEnd | undefined> {
  if (limit === null) return undefined
  const used = sumOf(await store.tokenUse.totals(dayOf(toTimestamp(now))))
  if (!isSpent(used, limit, 'background')) return undefined
  const message = spentText(used, limit, 'background')
  return { kind: 'later', at: nextDay(now), error: { code: 'limit_exceeded', message } }
}
