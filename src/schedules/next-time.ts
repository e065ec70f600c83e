import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'

/**
 * When the cron expression (five fields: minute, hour, day, month, weekday) comes next after `after`, in milliseconds
 * since 1970, by the clocks of the zone. Undefined: never. Throws a UserError for what is none. The parser is loaded
 * on first use.
 */
export async function nextTime(
  cron: string,
  timezone: string,
  after: number,
): Promise<Timestamp | undefined> {
  const { Cron } = await import('croner')
  try {
    const next = new Cron(cron, { timezone, mode: '5-part', paused: true }).nextRun(new Date(after))
    return next ? toTimestamp(next.getTime()) : undefined
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : ''
    throw new UserError(
      'invalid_argument',
      `"${cron}" is no cron expression (${why}). Give five fields, minute hour day month weekday, like "0 9 * * 1-5".`,
    )
  }
}
