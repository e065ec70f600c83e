import { resolve } from 'node:path'
import { openApp } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { UserError } from '../../core/errors.ts'
import type { Job } from '../../core/job.ts'
import type { LoadTarget } from '../../core/load.ts'
import { createLog } from '../../core/log.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { tell, tellJson } from '../terminal/tell.ts'

export interface LoadFlags {
  readonly agent: string
  readonly into: LoadTarget
  readonly name?: string
  readonly watch?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Loads in this process. Stopped with Ctrl-C, the same command goes on where it was. */
export async function load(
  config: Config,
  what: string,
  { agent, into, name, watch, dryRun, json }: LoadFlags,
): Promise<void> {
  const app = await openApp(config, createLog(config.logLevel, secretsOf(config)), false)
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const from = /^https?:\/\//i.test(what) ? { url: what } : { path: resolve(what) }
    const listener = {
      onProgress: createProgress(),
      onLook: (told: string) => tellLook(told, json),
    }
    const wanted = { agent, into, name, watch, dryRun, ...from }
    const job = await app.load(wanted, listener, controller.signal)
    if (watch && controller.signal.aborted) return
    if (job.completedAt === null) {
      process.exitCode = 130
      process.stderr.write('Stopped. The same command continues from there.\n')
      return
    }
    if (job.status !== 'completed')
      throw new UserError(job.error?.code ?? 'conflict', job.error?.message ?? 'It was cancelled.')
    if (json) tellJson({ job_id: job.id, status: job.status, report: job.report })
    else tellReport(job.report ?? '')
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await app.close()
  }
}

function tellReport(report: string): void {
  for (const line of report.split('\n')) tell(line)
}

function tellLook(told: string, json = false): void {
  if (json) tellJson({ report: told })
  else tellReport(told)
}

/** A bar in a terminal; nothing where nobody looks. */
function createProgress(): (job: Job, told: string) => void {
  if (!process.stderr.isTTY) return () => undefined
  const bar = createProgressBar(process.stderr, 'files')
  let shown = ''
  return ({ done, total, completedAt, status }, told) => {
    const rests = completedAt !== null || status === 'waiting'
    // One file has no share that is done, but passages or messages that are.
    if (total !== null && total > 1 && !rests) {
      // The report follows the last.
      if (done < total) bar.show('load', done, total)
    } else if (rests) {
      bar.end()
      if (shown !== '') process.stderr.write('\r\u001B[K')
      shown = ''
    } else if (told !== shown) {
      process.stderr.write(`\r\u001B[K${told}`)
      shown = told
    }
  }
}
