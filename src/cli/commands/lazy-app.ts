import { type App, openApp } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { describeError, type Log } from '../../core/log.ts'

export interface LazyApp {
  /** Opens the app on the first call. After a failure, the next call tries again. */
  get(): Promise<App>
  close(): Promise<void>
}

/** Opens the app only when it is needed, because opening takes time. */
export function createLazyApp(config: Config, log: Log): LazyApp {
  let opening: Promise<App> | undefined
  let opened: App | undefined
  let closed = false

  async function open(): Promise<App> {
    const app = await openApp(config, log)
    if (closed) await app.close()
    else opened = app
    return app
  }

  return {
    get() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        log('error', 'the data could not be opened', { error: describeError(error) })
        throw error
      })
      return opening
    },
    async close() {
      closed = true
      await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}
