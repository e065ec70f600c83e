import { type App, openApp } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { createLog } from '../../core/log.ts'

type Context = App['context']

/** Opens the data without writing to it or taking runs, also next to running servers. */
export async function reading<T>(
  config: Config,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  return withContext({ ...config, readOnly: true }, work)
}

/** Opens the data. With `works`, this process runs agents if no server does. */
export async function withContext<T>(
  config: Config,
  work: (context: Context) => Promise<T>,
  works = false,
): Promise<T> {
  const app = await openApp(config, createLog(config.logLevel, secretsOf(config)), works)
  try {
    return await work(app.context)
  } finally {
    await app.close()
  }
}
