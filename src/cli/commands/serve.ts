import { isLoopback, openApp, openModels, serveHttp } from '../../app.ts'
import { type Config, ConfigError, secretsOf } from '../../config.ts'
import { createLog } from '../../core/log.ts'
import { VERSION } from '../../core/version.ts'
import type { Arguments } from '../args.ts'
import { closeAndExit, stopSignal } from '../until-stopped.ts'

export async function serve(
  config: Config,
  { host, port }: Pick<Arguments, 'host' | 'port'>,
): Promise<void> {
  if (!isLoopback(host) && config.token === null) {
    throw new ConfigError(
      `--host: found "${host}", which others can reach. Set RECOLLECT_TOKEN to a long random text first, or leave --host out to serve this machine only.`,
    )
  }
  const stopped = stopSignal()
  const log = createLog(config.logLevel, secretsOf(config))
  const app = await openApp(config, log)
  const { schemaVersion, location } = await app.storage.info()
  const serving = await serveHttp(async () => app.context, {
    host,
    port,
    toolsets: config.toolsets,
    log,
    schemaVersion: () => schemaVersion,
    ...(config.token !== null && { token: config.token }),
  }).catch(async (error: unknown) => {
    await app.close()
    throw error
  })
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  tell(`Recollect ${VERSION} serves MCP at ${serving.url}`)
  tell(`Data:  ${location}`)
  tell(`Model: ${await describeModel(config)}`)
  const header = config.token === null ? '' : ' --header "Authorization: Bearer $RECOLLECT_TOKEN"'
  const address = isLoopback(host) ? serving.url : serving.url.replace(host, '<this machine>')
  tell(`Add it to Claude Code: claude mcp add --transport http recollect ${address}${header}`)
  tell('Other clients: see README.md. Stop with Ctrl+C.')
  await stopped
  await closeAndExit(serving.close, app.close)
}

async function describeModel(config: Config): Promise<string> {
  try {
    const { handle, reason } = await (await openModels(config)).describeDefault()
    return `${handle} (${reason})`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
