import type { AgentFiles, App } from './assemble.ts'
import type { Gate } from './auth/gate.ts'
import type { OAuthSettings } from './auth/oauth-settings.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { TokenCheck } from './core/access.ts'
import type { Agent } from './core/agent.ts'
import { systemClock } from './core/clock.ts'
import { describeError, type Log } from './core/log.ts'
import { VERSION } from './core/version.ts'
import type { EmbedderRegistry } from './llm/embedder.ts'
import type { ModelRegistry } from './llm/model.ts'
import type { McpContext } from './mcp/context.ts'
import { createServerFactory, type ServerOptions, type Serving } from './mcp/server.ts'
import type { HttpOptions, HttpServing } from './mcp/transports/http.ts'
import { isLoopback } from './mcp/transports/http-guard.ts'
import type { StdioServing } from './mcp/transports/stdio.ts'
import type { Storage } from './storage/store.ts'

/*
 * The doors of Recollect. A client that starts us waits for `initialize`, so each door loads what stands behind it only
 * when it is opened; `assemble.ts` joins the parts.
 */

export type { App, Storage, Tokens }
export { isLoopback }

/** Throws a UserError that says what to do if the data can't be used. */
export async function openApp(config: Config, log: Log): Promise<App> {
  const storage = await openStorage(config)
  const { assemble } = await import('./assemble.ts')
  return assemble(config, log, storage)
}

/** The database alone, without anybody who works on it. A read-only server neither creates nor migrates it. */
export async function openStorage(
  config: Pick<Config, 'databasePath' | 'readOnly' | 'vectorBytes'>,
): Promise<Storage> {
  const { openSqlite, openSqliteToRead } = await import('./storage/sqlite/open.ts')
  const { databasePath, vectorBytes } = config
  return config.readOnly
    ? openSqliteToRead(databasePath, vectorBytes)
    : openSqlite(databasePath, undefined, vectorBytes)
}

export async function openModels(config: Config): Promise<ModelRegistry> {
  const { createModelRegistry } = await import('./llm/registry.ts')
  return createModelRegistry({
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}

/** Agents as files, without anybody who works on them. Where the data is only read, nothing can be imported. */
export async function openTransfer(config: Config): Promise<OpenTransfer> {
  const { assembleTransfer } = await import('./assemble.ts')
  const storage = await openStorage(config)
  return { ...assembleTransfer(config, storage), close: storage.close }
}

export interface OpenTransfer extends AgentFiles {
  close(): Promise<void>
}

export async function openEmbedders(config: Config): Promise<EmbedderRegistry> {
  const { createEmbedderRegistry } = await import('./llm/embedder-registry.ts')
  return createEmbedderRegistry({ settings: config.providers, limits: config.modelCalls })
}

export type ServeOptions = Pick<ServerOptions, 'toolsets' | 'readOnly' | 'agent' | 'log'>

/** MCP over this process's stdin and stdout. `context` is asked for by the first call that needs it. */
export async function serveStdio(
  context: () => Promise<McpContext>,
  options: ServeOptions,
): Promise<StdioServing> {
  const { serveOverStdio } = await import('./mcp/transports/stdio.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context })
  return serveOverStdio(factory, options.log)
}

/** Bearer tokens over an opened database. */
export async function openTokens(storage: Pick<Storage, 'tokens'>, log: Log): Promise<Tokens> {
  const { createTokens } = await import('./auth/tokens.ts')
  return createTokens({
    store: storage.tokens,
    clock: systemClock,
    onError: (error) =>
      log('debug', 'that a token was used was not written down', { error: describeError(error) }),
  })
}

/** Who comes in over HTTP at that host: with the token of the settings, a stored one, or one of the issuer. */
export async function openGate(
  { token, namespace, oauth }: Pick<Config, 'token' | 'namespace' | 'oauth'>,
  { storage, host, log }: GateParts,
): Promise<Gate> {
  const { createGate } = await import('./auth/gate.ts')
  const { check } = await openTokens(storage, log)
  return createGate({
    token,
    namespace,
    isLoopback: isLoopback(host),
    stored: { any: storage.tokens.any, check },
    more: oauth ? [await openJwtCheck(oauth, namespace, log)] : [],
  })
}

interface GateParts {
  readonly storage: Pick<Storage, 'tokens'>
  readonly host: string
  readonly log: Log
}

/** MCP over HTTP. Throws a UserError if the port can't be had. */
export async function serveHttp(
  context: Serving['context'],
  options: ServeOptions &
    Omit<HttpOptions, 'version' | 'check' | 'protectedResource' | 'asksForScope'> &
    Partial<Pick<Config, 'oauth'>>,
): Promise<HttpServing> {
  const { serveOverHttp } = await import('./mcp/transports/http.ts')
  const { createAddressCheck } = await import('./mcp/check-address.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context })
  const check = createAddressCheck(context, options.agent)
  const { oauth } = options
  return serveOverHttp(factory, {
    ...options,
    version: VERSION,
    check,
    ...(oauth && {
      protectedResource: oauth,
      asksForScope: (await import('./auth/claims.ts')).isOfIssuer,
    }),
  })
}

async function openJwtCheck(
  oauth: OAuthSettings,
  namespace: string,
  log: Log,
): Promise<TokenCheck> {
  const { createJwtCheck } = await import('./auth/jwt.ts')
  return createJwtCheck(oauth, namespace, log)
}

/** The one agent that all clients get. Throws a UserError that says which are meant if that is not one. */
export async function findPinnedAgent(context: McpContext, agent: string): Promise<Agent> {
  const { pinContext } = await import('./mcp/pin-context.ts')
  const pinned = await pinContext(context, agent)
  return pinned.agents.find(pinned.pinnedTo ?? agent)
}
