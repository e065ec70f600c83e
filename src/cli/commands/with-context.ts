import { type App, openApp } from '../../app.ts'
import { type Config, secretsOf } from '../../config.ts'
import { createLog } from '../../core/log.ts'

type Context = App['context']

/** Opens the data to look at it, beside servers at work or alone: nothing is written, and no run is worked on. */
export async function reading<T>(
  config: Config,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  return withContext({ ...config, readOnly: true }, work)
}

/** Opens the data; with `works`, what is asked of agents is done here if no server does it. */
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
