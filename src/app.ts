import type { AgentFiles, App } from './assemble.ts'
import type { Sessions } from './assistant/sessions.ts'
import type { Gate } from './auth/gate.ts'
import type { OAuthSettings } from './auth/oauth-settings.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config, DatabaseAddress, DatabaseSettings } from './config.ts'
import type { Access, TokenCheck } from './core/access.ts'
import type { Agent } from './core/agent.ts'
import type { Authenticate } from './core/authenticate.ts'
import { systemClock, toTimestamp } from './core/clock.ts'
import { UserError } from './core/errors.ts'
import type { RunId } from './core/ids.ts'
import { describeError, type Log } from './core/log.ts'
import { VERSION } from './core/version.ts'
import { answerJson } from './http/answers.ts'
import type { Door } from './http/door.ts'
import { isLoopback } from './http/guard.ts'
import type { OpenDoor } from './http/open-door.ts'
import type { EmbedderRegistry } from './llm/embedder.ts'
import type { ModelRegistry } from './llm/model.ts'
import type { Entry } from './mcp/present/present-run.ts'
import { createServerFactory, type ServerOptions, type Serving } from './mcp/serve/server.ts'
import type { HttpOptions, HttpServing } from './mcp/transports/http.ts'
import type { StdioServing } from './mcp/transports/stdio.ts'
import { errorBody as openaiError } from './openai-door/error-body.ts'
import type { McpContext } from './service/context.ts'
import type { CopyReports } from './storage/copy/copy-database.ts'
import type { CopySource, CopyTarget } from './storage/copy/ends.ts'
import type { Storage } from './storage/port/store.ts'

/*
 * Entry points of Recollect. A client waits for `initialize`, so each entry point loads its code when it is called.
 * `assemble.ts` joins the parts.
 */

export type { App, CopyReports, Entry, Storage, Tokens }
export { isLoopback }

/**
 * Opens the data. Throws a UserError that says what to do if it cannot be used. Without `works`, this process takes no
 * runs.
 */
export async function openApp(
  config: Config,
  log: Log,
  works: boolean = !config.readOnly,
): Promise<App> {
  const storage = await openStorage(config, log)
  // Its thread starts beside what is done here.
  storage.prepareSearch()
  const { assemble } = await import('./assemble.ts')
  return assemble(config, log, storage, works)
}

/** Opens the database without workers. A read-only server neither creates nor migrates it. */
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

/** Copies a whole database into another. No process may use the source meanwhile. Returns the number of rows. */
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

/** Operations on SQLite files, without workers. Throws a UserError on PostgreSQL. */
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

/** Copies everything readable in a damaged SQLite file to a new one. */
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

/** Describes a function, from its source, as a model is told of it. */
export async function readToolSource(language: 'python' | 'typescript', source: string) {
  const { readSource } = await import('./assemble-tools.ts')
  return readSource(language, source)
}

/** Functions that turn objects into the JSON of the MCP contract. */
export async function openPresenters() {
  const { presentAgent, presentShortAgent, presentWholeBlock } = await import(
    './mcp/present/present.ts'
  )
  const { presentMessage } = await import('./mcp/present/present-run.ts')
  return { presentAgent, presentShortAgent, presentWholeBlock, presentMessage }
}

/** Export and import of agents, without workers. Import fails on a read-only server. */
export async function openTransfer(config: Config): Promise<OpenTransfer> {
  const { assembleTransfer } = await import('./assemble.ts')
  const storage = await openStorage(config)
  return { ...assembleTransfer(config, storage), close: storage.close }
}

export interface OpenTransfer extends AgentFiles {
  close(): Promise<void>
}

/** Memory for sessions of coding assistants. Loads only the code it needs, because the assistant waits. */
export async function openSessions(config: Config): Promise<OpenSessions> {
  const { createSessions } = await import('./assistant/sessions.ts')
  const { createRedaction } = await import('./core/redact.ts')
  const { secretsOf } = await import('./config.ts')
  const storage = await openStorage(config)
  const sessions = createSessions({
    store: storage.in(config.namespace),
    clock: storage.clock,
    clean: createRedaction(secretsOf(config)),
    async create(name) {
      const { createProjectAgent } = await import('./assemble.ts')
      return createProjectAgent(config, storage, name)
    },
  })
  return { ...sessions, close: storage.close }
}

export interface OpenSessions extends Sessions {
  close(): Promise<void>
}

export async function openEmbedders(config: Config): Promise<EmbedderRegistry> {
  const { createEmbedderRegistry } = await import('./llm/registry/embedder-registry.ts')
  return createEmbedderRegistry({ settings: config.providers, limits: config.modelCalls })
}

export type ServeOptions = Pick<ServerOptions, 'toolsets' | 'readOnly' | 'agent' | 'log'>

/** MCP over stdin and stdout. `context` is called by the first request that needs it. */
export async function serveStdio(
  context: () => Promise<McpContext>,
  options: ServeOptions,
): Promise<StdioServing> {
  const { serveOverStdio } = await import('./mcp/transports/stdio.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context, page: readPage })
  return serveOverStdio(factory, options.log)
}

/** Bearer tokens in an opened database. */
export async function openTokens(storage: Pick<Storage, 'tokens'>, log: Log): Promise<Tokens> {
  const { createTokens } = await import('./auth/tokens.ts')
  return createTokens({
    store: storage.tokens,
    clock: systemClock,
    onError: (error) =>
      log('debug', 'that a token was used was not written down', { error: describeError(error) }),
  })
}

/** Authentication for HTTP on that host: RECOLLECT_TOKEN, stored tokens, and tokens of the issuer. */
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

/** MCP over HTTP. Throws a UserError if the port cannot be bound. */
export async function serveHttp(
  context: Serving['context'],
  options: ServeOptions &
    Omit<
      HttpOptions,
      'version' | 'check' | 'doors' | 'openDoors' | 'protectedResource' | 'asksForScope'
    > &
    Partial<Pick<Config, 'oauth'>>,
): Promise<HttpServing> {
  const { serveOverHttp } = await import('./mcp/transports/http.ts')
  const { createAddressCheck } = await import('./mcp/serve/check-address.ts')
  const factory = createServerFactory({ ...options, version: VERSION, context, page: readPage })
  const check = createAddressCheck(context, options.agent)
  const { oauth, agent, readOnly = false, log } = options
  const open = createOpen(context, agent)
  return serveOverHttp(factory, {
    ...options,
    doors: createDoors({ open, readOnly, log }),
    version: VERSION,
    check,
    openDoors: [await openPageDoor(options.authenticate)],
    ...(oauth && {
      protectedResource: oauth,
      asksForScope: (await import('./auth/claims.ts')).isOfIssuer,
    }),
  })
}

async function openPageDoor(authenticate: Authenticate): Promise<OpenDoor> {
  const { createPageDoor } = await import('./page/door.ts')
  return createPageDoor({ page: readPage, authenticate })
}

let pageFile: (() => Promise<string>) | undefined

/** The page is read from disk by the first request for it. */
async function readPage(): Promise<string> {
  pageFile ??= (await import('./page/page-file.ts')).createPageFile()
  return pageFile()
}

type Open = (access: Access) => Promise<McpContext>

/** The context of a caller, limited to the one agent of the server if there is one. */
function createOpen(context: Serving['context'], agent: string | undefined): Open {
  return async ({ namespace }) => {
    const found = await context(namespace)
    // Defence in depth: never serve one namespace's data to a caller of another.
    if (found.namespace !== namespace) throw new Error(`asked for ${namespace}, got another`)
    if (agent === undefined) return found
    const { pinContext } = await import('./service/pin-context.ts')
    return pinContext(found, agent)
  }
}

/** Letta's REST and OpenAI's chat completions, each loaded at its first request. */
function createDoors(options: {
  readonly open: Open
  readonly readOnly: boolean
  readonly log: Log
}): readonly Door[] {
  const remembered = new Map<string, RunId>()
  const letta: Door = {
    owns: (path) => path === '/v1' || path.startsWith('/v1/'),
    refuse: (response, status, detail) => answerJson(response, status, { detail }),
    async serve(request, response, caller) {
      const { serveLetta } = await import('./rest/letta-door.ts')
      await serveLetta(request, response, caller, { ...options, remembered })
    },
  }
  const openai: Door = {
    owns: (path) => path === '/openai/v1' || path.startsWith('/openai/v1/'),
    refuse: (response, status, message) =>
      answerJson(response, status, openaiError(status, message)),
    async serve(request, response, caller) {
      const { serveOpenai } = await import('./openai-door/openai-door.ts')
      await serveOpenai(request, response, caller, { ...options, remembered })
    },
  }
  return [letta, openai]
}

async function openJwtCheck(
  oauth: OAuthSettings,
  namespace: string,
  log: Log,
): Promise<TokenCheck> {
  const { createJwtCheck } = await import('./auth/jwt.ts')
  return createJwtCheck(oauth, namespace, log)
}

/**
 * The one agent that all clients are limited to. Throws a UserError with the candidates if there is not exactly one.
 */
export async function findPinnedAgent(context: McpContext, agent: string): Promise<Agent> {
  const { pinContext } = await import('./service/pin-context.ts')
  const pinned = await pinContext(context, agent)
  return pinned.agents.find(pinned.pinnedTo ?? agent)
}

/** A database URL for display: without user, password and parameters. */
export function locationOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `postgres://${host || (searchParams.get('host') ?? '')}${pathname}`
}
