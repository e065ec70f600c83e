import { serveStdio } from '../../app/serve.ts'
import type { Config } from '../../config/config.ts'
import { settingWarnings } from '../../config/read-config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { createLog } from '../../core/log.ts'
import { closeAndExit, stopSignal } from '../terminal/until-stopped.ts'
import { createLazyApp } from './lazy-app.ts'

/** The data is opened by the first call that needs it, or at one of these times, whichever is first. */
const OPEN_AFTER_MILLISECONDS = {
  /**
   * After the answer to `initialize`, unless the next request was answered before: clients ask for the list of tools,
   * which needs no data and should not wait for it. Chosen by hand.
   */
  answer: 10,
  /** Without a request, to resume runs of an earlier process. Chosen by hand. */
  start: 1_000,
}

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
  const open = () => void app.get().catch(() => undefined)
  const openings = [setTimeout(open, OPEN_AFTER_MILLISECONDS.start)]
  const [first, second] = serving.answered
  void first.then(() => openings.push(setTimeout(open, OPEN_AFTER_MILLISECONDS.answer)))
  void second.then(open)
  await Promise.race([serving.closed, stopSignal()])
  for (const opening of openings) clearTimeout(opening)
  await closeAndExit(serving.close, app.close)
}
