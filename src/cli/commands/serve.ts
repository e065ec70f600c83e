import { type App, findPinnedAgent, isLoopback, openApp } from '../../app/app.ts'
import { openStorage } from '../../app/data.ts'
import { openGate, serveHttp } from '../../app/serve.ts'
import type { Config } from '../../config/config.ts'
import { settingWarnings } from '../../config/read-config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { ConfigError } from '../../core/config-error.ts'
import { createLog } from '../../core/log.ts'
import { VERSION } from '../../core/version.ts'
import { closeAndExit, stopSignal } from '../terminal/until-stopped.ts'
import { visible } from '../terminal/visible.ts'

export async function serve(
  config: Config,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  if (!isLoopback(host)) await requireToken(config, host)
  const stopped = stopSignal()
  const log = createLog(config.logLevel, secretsOf(config))
  for (const warning of settingWarnings()) log('warn', warning)
  const app = await openApp(config, log)
  const { location } = await app.storage.info()
  const closing = async (error: unknown) => {
    await app.close()
    throw error
  }
  const agent =
    config.agent === null
      ? undefined
      : await findPinnedAgent(app.context, config.agent).catch(closing)
  const gate = await openGate(config, { storage: app.storage, host, log })
  const serving = await serveHttp(
    async (namespace) => app.contextOf(namespace ?? config.namespace),
    {
      host,
      port,
      toolsets: config.toolsets,
      readOnly: config.readOnly,
      agent: agent?.id,
      log,
      schemaVersion: app.storage.schemaVersion,
      oauth: config.oauth,
      ...config.http,
      authenticate: gate.authenticate,
    },
  ).catch(closing)
  const tell = (line: string) => process.stderr.write(`${visible(line)}\n`)
  tell(`Recollect ${VERSION} serves MCP at ${serving.url}`)
  tell(`Data:  ${location}${config.readOnly ? ' (only read)' : ''}`)
  if (agent) tell(`Agent: ${agent.name} (${agent.id}), no other`)
  tell(`Model: ${await describeModel(config, app)}`)
  if (config.oauth) tell(`Tokens: of ${config.oauth.issuer}, for ${config.oauth.resource}`)
  const header = await headerFor(config, gate.isClosed)
  const reached = isLoopback(host) ? serving.url : serving.url.replace(host, '<this machine>')
  const address = config.oauth?.resource ?? reached
  tell(`Add it to Claude Code: claude mcp add --transport http recollect ${address}${header}`)
  tell('Other clients: see README.md. Stop with Ctrl+C.')
  await stopped
  await closeAndExit(serving.close, app.close)
}

/** A server that other machines can reach needs a token. */
async function requireToken(config: Config, host: string): Promise<void> {
  if (config.token !== null || config.oauth !== null) return
  const storage = await openStorage(config)
  const hasTokens = await storage.tokens.any().finally(storage.close)
  if (hasTokens) return
  throw new ConfigError(
    `--host: found "${host}", which others can reach. Make a token for them first with recollect token create, or set RECOLLECT_TOKEN to a long random text, or RECOLLECT_OAUTH_ISSUER, or leave --host out to serve this machine only.`,
  )
}

/** Tells the user which header clients must send. With an OAuth issuer, clients get a token by themselves. */
async function headerFor(
  { token, oauth }: Config,
  isClosed: () => Promise<boolean>,
): Promise<string> {
  if (token === null && (oauth !== null || !(await isClosed()))) return ''
  return ` --header "Authorization: Bearer ${token === null ? '<token>' : '$RECOLLECT_TOKEN'}"`
}

async function describeModel(config: Config, { context }: App): Promise<string> {
  if (config.readOnly) return 'none, because the server is read-only'
  try {
    const { handle, reason } = await context.models.describeDefault()
    return `${handle} (${reason})`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
