import type pg from 'pg'
import type { Clock } from '../../core/clock.ts'

const MEASURE_MILLISECONDS = 30_000

/** The time of the database, which all servers share: the leases of one count for the others. */
export interface ServerClock {
  readonly now: Clock
  close(): void
}

/** Asks now and then how far this machine's clock is off, and lets that tell the time in between. */
export async function startServerClock(pool: pg.Pool): Promise<ServerClock> {
  let offset = await measure(pool)
  const timer = setInterval(() => {
    measure(pool).then(
      (measured) => {
        offset = measured
      },
      // Clocks drift slowly.
      () => undefined,
    )
  }, MEASURE_MILLISECONDS)
  timer.unref()
  return { now: () => Date.now() + offset, close: () => clearInterval(timer) }
}

/** The quickest of some answers tells best: its time lies between asking and hearing. */
async function measure(pool: pg.Pool): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, offset: 0 }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const asked = Date.now()
    const start = performance.now()
    const { rows } = await pool.query<{ milliseconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS milliseconds',
    )
    const took = performance.now() - start
    const [row] = rows
    if (row && took < best.took) {
      best = { took, offset: Math.round(row.milliseconds - asked - took / 2) }
    }
  }
  return best.offset
}
