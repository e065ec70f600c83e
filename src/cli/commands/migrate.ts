import { isDeepStrictEqual } from 'node:util'
import { copyData } from '../../app/data.ts'
import type { DatabaseAddress } from '../../config/config.ts'
import { readDatabaseUrl } from '../../config/read-config.ts'
import { ConfigError } from '../../core/config-error.ts'
import { UserError } from '../../core/errors.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { stopSignal } from '../terminal/until-stopped.ts'

const USAGE = 'recollect migrate --from <url> --to <url>'

interface Options {
  readonly from?: string
  readonly to?: string
}

/** Copies all data from one database to another. Exits with 0 when the copy is complete and verified. */
export async function migrate(args: Options): Promise<void> {
  const from = address('--from', args.from)
  const to = address('--to', args.to)
  if (isDeepStrictEqual(from, to)) {
    throw new ConfigError('--from and --to name the same database. Name another target.')
  }
  const stop = new AbortController()
  void stopSignal().then(() => stop.abort())
  const bar = createProgressBar(process.stderr)
  const start = performance.now()
  try {
    const { rows } = await copyData(from, to, tellOf(bar), stop.signal)
    const seconds = ((performance.now() - start) / 1_000).toFixed(1)
    bar.say(
      `The copy is complete: ${rows.toLocaleString('en')} rows in ${seconds} s, compared by counts and checksums. ` +
        'Point RECOLLECT_DATABASE_URL of your servers at it; the source is as it was.',
    )
  } catch (error) {
    bar.end()
    if (!stop.signal.aborted) throw error
    throw new UserError(
      'busy',
      'Stopped before the copy was complete. Run the same command again to go on; until then no server opens the target.',
      { cause: error },
    )
  }
}

function tellOf(bar: ReturnType<typeof createProgressBar>): Parameters<typeof copyData>[2] {
  return {
    progress: bar.show,
    prepared(how, done) {
      if (how === 'goes on')
        bar.say(`Going on behind ${done.toLocaleString('en')} rows that are there already.`)
      if (how === 'anew') {
        bar.say('The source has changed since its copy began, so the copy starts again.')
      }
    },
    atWork(agents) {
      if (agents === 0) return
      bar.say(
        `Servers are at work on ${agents === 1 ? 'an agent' : `${agents} agents`} of the source. What they write from now on is not in the copy, ` +
          'and runs that are under way would be finished here and there: better stop them and begin again.',
      )
    },
  }
}

function address(flag: string, url: string | undefined): DatabaseAddress {
  if (url !== undefined && url.trim() !== '') return readDatabaseUrl(flag, url.trim())
  throw new ConfigError(`${flag} is missing: ${USAGE}.`)
}
