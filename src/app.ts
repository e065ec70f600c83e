import type { AgentFiles, App } from './assemble.ts'
import type { Gate } from './auth/gate.ts'
import type { OAuthSettings } from './auth/oauth-settings.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config, DatabaseAddress, DatabaseSettings } from './config.ts'
import type { TokenCheck } from './core/access.ts'
import type { Agent } from './core/agent.ts'
import { systemClock, toTimestamp } from './core/clock.ts'
import { UserError } from './core/errors.ts'
import { describeError, type Log } from './core/log.ts'
import { VERSION } from './core/version.ts'
import { isLoopback } from './http/guard.ts'
import type { EmbedderRegistry } from './llm/embedder.ts'
import type { ModelRegistry } from './llm/model.ts'
import type { Entry } from './mcp/present/present-run.ts'
import { createServerFactory, type ServerOptions, type Serving } from './mcp/serve/server.ts'
import type { HttpOptions, HttpServing } from './mcp/transports/http.ts'
import type { StdioServing } from './mcp/transports/stdio.ts'
import type { McpContext } from './service/context.ts'
import type { CopyReports } from './storage/copy/copy-database.ts'
import type { CopySource, CopyTarget } from './storage/copy/ends.ts'
import type { Storage } from './storage/port/store.ts'

/*
 * The doors of Recollect. A client that starts us waits for `initialize`, so each door loads what stands behind it only
 * when it is opened; `assemble.ts` joins the parts.
 */

export type { App, CopyReports, Entry, Storage, Tokens }
export { isLoopback }

/** Throws a UserError that says what to do if the data can't be used. */
export async function openApp(config: Config, log: Log): Promise<App> {
  const storage = await openStorage(config, log)
  const { assemble } = await import('./assemble.ts')
  return assemble(config, log, storage)
}

/** The database alone, without anybody who works on it. A read-only server neither creates nor migrates it. */
export async function openStorage(
  { database, readOnly, vectorBytes }: Pick<Config, 'database' | 'readOnly' | 'vectorBytes'>,
  log?: Log,
): Promise<Storage> {
  if (database.kind === 'postgres') return openServer(database, readOnly, log)
  const { openSqlite, openSqliteToRead } = await import('./storage/sqlite/open.ts')
  return readOnly
    ? openSqliteToRead(database.path, vectorBytes)
    : openSqlite(database.path, undefined, vectorBytes, log && ((said) => log('warn', said)))
}

async function openServer(
  { url, directUrl, connections }: Extract<DatabaseSettings, { kind: 'postgres' }>,
  readOnly: boolean,
  log: Log | undefined,
): Promise<Storage> {
  const { openPostgres, openPostgresToRead } = await import('./storage/postgres/open.ts')
  const options = {
    reach: { connectionString: url },
    listenAt: { connectionString: directUrl ?? url },
    connections,
    location: locationOf(url),
    onError: (error: unknown) =>
      log?.('warn', 'an index of vectors could not be built', { error: describeError(error) }),
  }
  return readOnly ? openPostgresToRead(options) : openPostgres(options)
}

/** Copies all that one database holds into another; nobody may work on that one meanwhile. Answers how many rows. */
export async function copyData(
  from: DatabaseAddress,
  to: DatabaseAddress,
  reports: CopyReports,
  signal: AbortSignal,
): Promise<{ readonly rows: number }> {
  const { copyDatabase } = await import('./storage/copy/copy-database.ts')
  const source = await openToCopy(from)
  try {
    const target = await openAsTarget(to)
    try {
      return await copyDatabase(source, target, toTimestamp(systemClock()), reports, signal)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** The files of SQLite, handled without anybody who works on them. Throws a UserError on PostgreSQL. */
export async function openDataFiles({ database }: Pick<Config, 'database'>) {
  if (database.kind === 'postgres') throw onServer(database.url)
  const [{ restoreSqlite }, { keptFiles, removeKept }, { checkPlace }, links] = await Promise.all([
    import('./storage/sqlite/restore.ts'),
    import('./storage/sqlite/kept-files.ts'),
    import('./storage/sqlite/check-place.ts'),
    import('./storage/sqlite/take-file.ts'),
  ])
  const path = links.followLinks(database.path)
  return {
    path,
    restore: (file: string) => restoreSqlite(file, path, new Date(systemClock())),
    kept: () => keptFiles(path),
    removeKept,
    checkPlace: () => checkPlace(path),
  }
}

/** Copies what can still be read of a damaged file of SQLite into a new one. */
export async function salvageData(damaged: string, target: string) {
  const { salvageSqlite } = await import('./storage/sqlite/salvage.ts')
  return salvageSqlite(damaged, target, new Date(systemClock()))
}

function onServer(url: string): UserError {
  return new UserError(
    'unsupported',
    `The data is in PostgreSQL (${locationOf(url)}), which has tools of its own, and nothing is kept beside it. To restore, stop the servers, then pg_restore --clean --if-exists --dbname=<url> <file> puts a dump of pg_dump --format=custom in place.`,
  )
}

async function openToCopy(address: DatabaseAddress): Promise<CopySource> {
  if (address.kind === 'sqlite') {
    const { openSqliteToCopy } = await import('./storage/sqlite/open-to-copy.ts')
    return openSqliteToCopy(address.path)
  }
  const { openPostgresToCopy } = await import('./storage/postgres/open-to-copy.ts')
  return openPostgresToCopy({ connectionString: address.url }, locationOf(address.url))
}

async function openAsTarget(address: DatabaseAddress): Promise<CopyTarget> {
  if (address.kind === 'sqlite') {
    const { openSqliteAsTarget } = await import('./storage/sqlite/open-to-copy.ts')
    return openSqliteAsTarget(address.path)
  }
  const { openPostgresAsTarget } = await import('./storage/postgres/open-to-copy.ts')
  return openPostgresAsTarget({ connectionString: address.url }, locationOf(address.url))
}

/** With the storage, what was learnt of models is used, and what is learnt is kept there. */
export async function openModels(
  config: Config,
  storage?: Pick<Storage, 'learned' | 'clock'>,
): Promise<ModelRegistry> {
  const { createModelRegistry } = await import('./llm/registry/registry.ts')
  const { storedLessons } = await import('./llm/learned/learned.ts')
  return createModelRegistry({
    ...(storage && { lessons: storedLessons(storage.learned, storage.clock) }),
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}

/** How things are shown to programs, the same as over MCP. */
export async function openPresenters() {
  const { presentAgent, presentShortAgent, presentWholeBlock } = await import(
    './mcp/present/present.ts'
  )
  const { presentMessage } = await import('./mcp/present/present-run.ts')
  return { presentAgent, presentShortAgent, presentWholeBlock, presentMessage }
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
  const { createEmbedderRegistry } = await import('./llm/registry/embedder-registry.ts')
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
  const { createAddressCheck } = await import('./mcp/serve/check-address.ts')
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
  const { pinContext } = await import('./service/pin-context.ts')
  const pinned = await pinContext(context, agent)
  return pinned.agents.find(pinned.pinnedTo ?? agent)
}

/** The address of a database, for people: without user, password and settings. */
export function locationOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `postgres://${host || (searchParams.get('host') ?? '')}${pathname}`
}
