import { z } from 'zod'
import { type OAuthSettings, readOAuthSettings } from './auth/oauth-settings.ts'
import { ConfigError, mask } from './core/config-error.ts'
import { UserError } from './core/errors.ts'
import { LOG_LEVELS, type LogLevel } from './core/log.ts'
import { isNamespace, NAMESPACE, NAMESPACE_RULE } from './core/namespace.ts'
import { readNamespace } from './core/read-namespace.ts'
import { unbuiltSetting, unknownSettings } from './core/setting-names.ts'
import { readToolSecrets, type ToolSecret } from './core/tool-secret.ts'
import { parseToolsets, TOOLSETS, type Toolset } from './core/toolset.ts'
import { readWebSearch, type WebSearchSettings } from './core/web-search.ts'
import { readFetchRule } from './fetch/fetch-rule.ts'
import type { GuardedFetchOptions } from './fetch/guarded-fetch.ts'
import { type HttpSettings, readHttpSettings } from './http/settings.ts'
import { parseEmbeddingHandle } from './llm/embedding/embedding-handle.ts'
import {
  apiVariable,
  findProvider,
  PROVIDERS,
  type ProviderSettings,
  readProviderSettings,
} from './llm/providers.ts'
import { readDataPath, readFolders } from './storage/data-path.ts'
import {
  type DatabaseSettings,
  DEFAULT_VECTOR_MEGABYTES,
  readDatabase,
} from './storage/database-settings.ts'
import {
  readServerSettings,
  type ServerSettings,
  secretsOfServer,
} from './tool-servers/settings.ts'

export type { DatabaseAddress, DatabaseSettings } from './storage/database-settings.ts'
export { readDatabaseUrl } from './storage/database-settings.ts'
export { ConfigError }

/** All settings, read once at start. */
export interface Config {
  readonly database: DatabaseSettings
  readonly model: string | null
  readonly embedding: string | null
  readonly providers: ProviderSettings
  readonly token: string | null
  /** Namespace for stdio, CLI commands, and callers whose token names none. */
  readonly namespace: string
  /** External issuer whose tokens are accepted. */
  readonly oauth: OAuthSettings | null
  readonly http: HttpSettings
  /** The rule for fetching from the web; only the rule is a user's setting. */
  readonly fetch: GuardedFetchOptions
  readonly toolSecrets: readonly ToolSecret[]
  /** The service that searches the web for agents; null: none. */
  readonly webSearch: WebSearchSettings | null
  readonly toolServers: {
    /** By name; empty: none. */
    readonly servers: ReadonlyMap<string, ServerSettings>
    /** Ours, of which a server gets a few variables. */
    readonly environment: Environment
  }
  /** Folders that may be read when a client asks to load a path. */
  readonly fileRoots: readonly string[]
  readonly maxRunTokens: number
  readonly maxRunSeconds: number
  readonly leaseMilliseconds: number
  /** Maximum number of agents that this process runs at once. */
  readonly mostRuns: number
  /** Memory budget in bytes for in-memory vector indexes; 0 turns them off. */
  readonly vectorBytes: number
  readonly modelCalls: ModelCallSettings
  readonly logLevel: LogLevel
  readonly toolsets: readonly Toolset[]
  /** No migration, no work on runs, and only tools that read. */
  readonly readOnly: boolean
  /** Id or name of the only agent that is served. */
  readonly agent: string | null
}

/** Not user settings; tests shorten them. Values are chosen by hand. */
export interface ModelCallSettings {
  readonly totalMilliseconds: number
  /** Maximum pause between two chunks of a streamed answer. */
  readonly idleMilliseconds: number
  /** Delay before the first retry; it doubles with each. */
  readonly firstPauseMilliseconds: number
}

const MODEL_CALLS: ModelCallSettings = {
  totalMilliseconds: 600_000,
  idleMilliseconds: 120_000,
  firstPauseMilliseconds: 500,
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Handles without a provider: the built-in model, and the model of the calling client. */
const REHEARSAL = 'offline/rehearsal'
const CLIENT = 'client/sampling'

const count = (most: number) => z.coerce.number().int().min(1).max(most)

/** Placeholders that some clients pass on for fields that were left empty. */
const LEFT_OPEN = /^\$\{[^{}]*\}$/
/** Placeholder of an empty field in a bundle (.mcpb). In a path, any other placeholder is refused by name. */
const FIELD_LEFT_OPEN = /^\$\{user_config\.[^{}]*\}$/
const PATHS = ['RECOLLECT_HOME', 'RECOLLECT_DATABASE_URL']

/** `flags` override the environment. An empty variable or an unfilled placeholder counts as unset. */
export function readConfig(
  flags: Environment = {},
  environment: Environment = process.env,
): Config {
  const settings = withNamespace(filledIn({ ...environment, ...filledIn(flags) }))
  const get = (name: string) => settings[name]?.trim() || undefined

  const read = <T>(name: string, schema: z.ZodType<T>, fallback: T, allowed: string): T => {
    const value = get(name)
    if (value === undefined) return fallback
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    throw new ConfigError(`${name}: found "${value}", allowed is ${allowed}.`)
  }

  const unbuilt = unbuiltSetting(get)
  if (unbuilt !== undefined) throw new ConfigError(unbuilt)

  const token = get('RECOLLECT_TOKEN') ?? null
  if (token !== null && !/^[\x21-\x7e]{8,512}$/.test(token)) {
    throw new ConfigError(
      `RECOLLECT_TOKEN: found ${mask(token)}, allowed are 8 to 512 printable ASCII characters without spaces.`,
    )
  }
  return Object.freeze({
    database: readDatabase(
      get,
      read(
        'RECOLLECT_DATABASE_POOL',
        count(1_000),
        10,
        'a whole number of connections from 1 to 1000',
      ),
    ),
    model: read(
      'RECOLLECT_MODEL',
      z
        .string()
        .regex(/^[^/\s]+\/\S+$/)
        .refine(
          (handle) =>
            handle === REHEARSAL ||
            handle === CLIENT ||
            findProvider(handle.split('/', 1)[0] ?? ''),
        ),
      null,
      `"provider/model", for example openai/gpt-4.1-mini; providers are ${PROVIDERS.map(({ name }) => name).join(', ')}, ${REHEARSAL} needs none, and ${CLIENT} is the model of the client`,
    ),
    embedding: readEmbedding(get('RECOLLECT_EMBEDDING')),
    providers: inOneLine(() => readProviderSettings(settings)),
    token,
    namespace: read(
      'RECOLLECT_NAMESPACE',
      z.string().refine(isNamespace),
      NAMESPACE,
      NAMESPACE_RULE,
    ),
    oauth: inOneLine(() => readOAuthSettings(settings)),
    http: inOneLine(() => readHttpSettings(settings)),
    fetch: { rule: inOneLine(() => readFetchRule(get('RECOLLECT_FETCH'))) },
    toolServers: {
      servers: inOneLine(() => readToolServers(get('RECOLLECT_TOOL_SERVERS'), settings)),
      environment,
    },
    toolSecrets: readToolSecrets(get('RECOLLECT_TOOL_SECRETS'), (name) => settings[name]),
    webSearch: readWebSearch(get),
    fileRoots: readFolders('RECOLLECT_FILE_ROOTS', get('RECOLLECT_FILE_ROOTS')),
    maxRunTokens: read(
      'RECOLLECT_MAX_RUN_TOKENS',
      count(1e12),
      1_000_000,
      'a whole number of tokens from 1 on',
    ),
    maxRunSeconds: read(
      'RECOLLECT_MAX_RUN_SECONDS',
      count(1e9),
      3_600,
      'a whole number of seconds from 1 on',
    ),
    leaseMilliseconds:
      read(
        'RECOLLECT_LEASE_SECONDS',
        count(3_600),
        30,
        'a whole number of seconds from 1 to 3600',
      ) * 1_000,
    mostRuns: read(
      'RECOLLECT_CONCURRENT_RUNS',
      count(10_000),
      32,
      'a whole number of agents from 1 to 10000',
    ),
    vectorBytes:
      read(
        'RECOLLECT_VECTOR_MEMORY_MB',
        z.coerce.number().int().min(0).max(1_000_000),
        DEFAULT_VECTOR_MEGABYTES,
        'a whole number of megabytes from 0 on',
      ) * 1_000_000,
    toolsets: readToolsets(get('RECOLLECT_TOOLSETS')),
    readOnly: read(
      'RECOLLECT_READ_ONLY',
      z.enum(['0', '1']).transform((value) => value === '1'),
      false,
      '1 (only read) or 0',
    ),
    agent: get('RECOLLECT_AGENT') ?? null,
    modelCalls: MODEL_CALLS,
    logLevel: read('RECOLLECT_LOG', z.enum(LOG_LEVELS), 'warn', LOG_LEVELS.join(', ')),
  })
}

/** One sentence for each variable that looks like a setting of ours but is unknown. */
export function settingWarnings(environment: Environment = process.env): readonly string[] {
  return unknownSettings(Object.keys(environment), PROVIDERS.map(apiVariable))
}

/**
 * Settings of a hook. Its project is the assistant's directory, and its namespace is that of the project unless set.
 */
export function readHookConfig(
  flags: Environment,
  directory: string,
  environment: Environment = process.env,
): HookConfig {
  const project = environment.CLAUDE_PROJECT_DIR?.trim() || directory
  const namespace = environment.RECOLLECT_NAMESPACE?.trim() || 'project'
  const config = readConfig(flags, {
    ...environment,
    RECOLLECT_NAMESPACE: namespace,
    CLAUDE_PROJECT_DIR: project,
  })
  return { config, project }
}

export interface HookConfig {
  readonly config: Config
  /** Directory of the project. */
  readonly project: string
}

/** Whether hooks are enabled (RECOLLECT_HOOKS). */
export function hooksAreOn(environment: Environment = process.env): boolean {
  return !/^(off|0|no|none|false)$/i.test(environment.RECOLLECT_HOOKS?.trim() ?? '')
}

/** The user's editor, as a shell command. */
export function readEditor(environment: Environment = process.env): string {
  const fallback = process.platform === 'win32' ? 'notepad' : 'vi'
  return environment.VISUAL?.trim() || environment.EDITOR?.trim() || fallback
}

/** Every value that must never be shown: keys, passwords and the token. */
export function secretsOf({
  providers,
  token,
  database,
  toolSecrets,
  toolServers,
  webSearch,
}: Config): readonly string[] {
  return [
    ...[...toolServers.servers.values()].flatMap((server) => secretsOfServer(server)),
    ...toolSecrets.map(({ value }) => value),
    ...(webSearch === null ? [] : [webSearch.key]),
    ...[...providers.values()].map(({ key }) => key),
    ...(token === null ? [] : [token]),
    ...(database.kind === 'postgres'
      ? [database.url, database.directUrl].flatMap((url) => (url ? passwordsOf(url) : []))
      : []),
  ]
}

/** The password both URL-encoded and decoded. */
function passwordsOf(url: string): readonly string[] {
  const { password, searchParams } = new URL(url)
  const all = [password, decodeURIComponent(password), searchParams.get('password') ?? '']
  return [...new Set(all)].filter((text) => text !== '')
}

function readToolServers(
  path: string | undefined,
  environment: Environment,
): ReadonlyMap<string, ServerSettings> {
  return path === undefined
    ? new Map()
    : readServerSettings(readDataPath('RECOLLECT_TOOL_SERVERS', path), environment)
}

function readToolsets(value = 'core'): readonly Toolset[] {
  const { toolsets, unknown } = parseToolsets(value)
  if (unknown === undefined) return toolsets
  throw new ConfigError(
    `RECOLLECT_TOOLSETS: found "${unknown}", allowed in this version is a comma list out of ${TOOLSETS.join(', ')}, or all.`,
  )
}

function readEmbedding(handle: string | undefined): string | null {
  if (handle === undefined) return null
  try {
    parseEmbeddingHandle(handle)
    return handle
  } catch (error) {
    throw error instanceof UserError
      ? new ConfigError(`RECOLLECT_EMBEDDING: ${error.message}`)
      : error
  }
}

/** Converts a UserError of a shared reader to a ConfigError, which the CLI prints in one line. */
function inOneLine<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof UserError ? new ConfigError(error.message) : error
  }
}

/** Resolves the names `project` and `session` to the namespace of the client's project or session. */
function withNamespace(settings: Environment): Environment {
  const value = settings.RECOLLECT_NAMESPACE?.trim() ?? ''
  const read = readNamespace(value, settings)
  if (read.kind === 'namespace') return { ...settings, RECOLLECT_NAMESPACE: read.namespace }
  throw new ConfigError(
    `RECOLLECT_NAMESPACE: found "${value}", but ${read.variable} is not set, as Claude Code sets it. Write a name instead, or set it.`,
  )
}

function filledIn(values: Environment): Environment {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        value !== undefined &&
        !(PATHS.includes(name) ? FIELD_LEFT_OPEN : LEFT_OPEN).test(value.trim()),
    ),
  )
}
