import { serveStdio } from '../../app.ts'
import { type Config, secretsOf, settingWarnings } from '../../config.ts'
import { createLog } from '../../core/log.ts'
import { closeAndExit, stopSignal } from '../terminal/until-stopped.ts'
import { createLazyApp } from './lazy-app.ts'

/**
 * The data is opened by the first call that needs it, or after this time to resume runs of an earlier process. Chosen
 * by hand.
 */
const OPEN_AFTER_MILLISECONDS = 1_000

export async function stdio(config: Config): Promise<void> {
  const log = createLog(config.logLevel, secretsOf(config))
  for (const warning of settingWarnings()) log('warn', warning)
  const app = createLazyApp(config, log)
  const context = async () => (await app.get()).context
  const serving = await serveStdio(context, {
    toolsets: config.toolsets,
    readOnly: config.readOnly,
    agent: config.agent ?? undefined,
    log,
  })
  const opening = setTimeout(() => void app.get().catch(() => undefined), OPEN_AFTER_MILLISECONDS)
  await Promise.race([serving.closed, stopSignal()])
  clearTimeout(opening)
  await closeAndExit(serving.close, app.close)
}
