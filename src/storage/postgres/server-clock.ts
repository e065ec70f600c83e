import type pg from 'pg'
import type { Clock } from '../../core/clock.ts'

/** Interval of measurements. Chosen by hand. */
const MEASURE_MILLISECONDS = 30_000

/** The database's time, shared by all servers, so that their leases are comparable. */
export interface ServerClock {
  readonly now: Clock
  close(): void
}

/** Asks the database now and then; in between it advances with the monotonic clock. */
export async function startServerClock(pool: pg.Pool): Promise<ServerClock> {
  let epoch = await measureEpoch(pool)
  const timer = setInterval(() => {
    measureEpoch(pool).then(
      (measured) => {
        epoch = measured
      },
      // On failure the old offset stays: clocks drift slowly.
      () => undefined,
    )
  }, MEASURE_MILLISECONDS)
  timer.unref()
  return { now: () => Math.round(epoch + performance.now()), close: () => clearInterval(timer) }
}

/**
 * The server's time when `performance.now()` was 0. Of several answers the quickest is the most exact: the server's
 * time lies between request and answer.
 */
async function measureEpoch(pool: pg.Pool): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, epoch: 0 }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const start = performance.now()
    const { rows } = await pool.query<{ milliseconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS milliseconds',
    )
    const took = performance.now() - start
    const [row] = rows
    if (row && took < best.took) {
      best = { took, epoch: row.milliseconds - start - took / 2 }
    }
  }
  return best.epoch
}
