import { z } from 'zod'
import { type OAuthSettings, readOAuthSettings } from './auth/oauth-settings.ts'
import { ConfigError, mask } from './core/config-error.ts'
import { UserError } from './core/errors.ts'
import { LOG_LEVELS, type LogLevel } from './core/log.ts'
import { isNamespace, NAMESPACE, NAMESPACE_RULE } from './core/namespace.ts'
import { readNamespace } from './core/read-namespace.ts'
import { unknownSettings } from './core/setting-names.ts'
import { parseToolsets, TOOLSETS, type Toolset } from './core/toolset.ts'
import { type HttpSettings, readHttpSettings } from './http/settings.ts'
import { parseEmbeddingHandle } from './llm/embedding/embedding-handle.ts'
import {
  apiVariable,
  findProvider,
  PROVIDERS,
  type ProviderSettings,
  readProviderSettings,
} from './llm/providers.ts'
import {
  type DatabaseSettings,
  DEFAULT_VECTOR_MEGABYTES,
  readDatabase,
} from './storage/database-settings.ts'

export type { DatabaseAddress, DatabaseSettings } from './storage/database-settings.ts'
export { readDatabaseUrl } from './storage/database-settings.ts'
export { ConfigError }

/** Everything that can be set, read once at start. */
export interface Config {
  readonly database: DatabaseSettings
  readonly model: string | null
  readonly embedding: string | null
  readonly providers: ProviderSettings
  readonly token: string | null
  /** Of stdio, of commands, and of whoever brings `token` or a token that names none. */
  readonly namespace: string
  /** Whose tokens count beside ours. */
  readonly oauth: OAuthSettings | null
  readonly http: HttpSettings
  readonly maxRunTokens: number
  readonly maxRunSeconds: number
  readonly leaseMilliseconds: number
  /** Agents that this process works for at once. */
  readonly mostRuns: number
  /** Memory for indexes of vectors; 0: none are kept. */
  readonly vectorBytes: number
  readonly modelCalls: ModelCallSettings
  readonly logLevel: LogLevel
  readonly toolsets: readonly Toolset[]
  /** Nothing is written: no migration, no work on runs, only tools that read. */
  readonly readOnly: boolean
  /** Id or name of the one agent that is served. */
  readonly agent: string | null
}

/** Not settings of anybody's, but values that tests shorten. */
export interface ModelCallSettings {
  readonly totalMilliseconds: number
  /** Between two pieces of an answer. */
  readonly idleMilliseconds: number
  /** Before the first retry; it doubles with each. */
  readonly firstPauseMilliseconds: number
}

const MODEL_CALLS: ModelCallSettings = {
  totalMilliseconds: 600_000,
  idleMilliseconds: 120_000,
  firstPauseMilliseconds: 500,
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The built-in model and that of whichever client calls, which belong to no provider. */
const REHEARSAL = 'offline/rehearsal'
const CLIENT = 'client/sampling'

const count = (most: number) => z.coerce.number().int().min(1).max(most)

/** What some clients hand on where nobody filled in their form. */
const LEFT_OPEN = /^\$\{[^{}]*\}$/
/** The form of a bundle, whose fields may stay empty. In a path any other is refused by name. */
const FIELD_LEFT_OPEN = /^\$\{user_config\.[^{}]*\}$/
const PATHS = ['RECOLLECT_HOME', 'RECOLLECT_DATABASE_URL']

/** `flags` override the environment; a variable that is empty or that a client left open counts as unset. */
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

/** Variables that look like settings of ours and are none, each in a sentence. */
export function settingWarnings(environment: Environment = process.env): readonly string[] {
  return unknownSettings(Object.keys(environment), PROVIDERS.map(apiVariable))
}

/** The user's editor, as a shell command. */
export function readEditor(environment: Environment = process.env): string {
  const fallback = process.platform === 'win32' ? 'notepad' : 'vi'
  return environment.VISUAL?.trim() || environment.EDITOR?.trim() || fallback
}

/** Every value that must never be shown: keys, passwords and the token. */
export function secretsOf({ providers, token, database }: Config): readonly string[] {
  return [
    ...[...providers.values()].map(({ key }) => key),
    ...(token === null ? [] : [token]),
    ...(database.kind === 'postgres'
      ? [database.url, database.directUrl].flatMap((url) => (url ? passwordsOf(url) : []))
      : []),
  ]
}

/** As it stands in the address, and as it is. */
function passwordsOf(url: string): readonly string[] {
  const { password, searchParams } = new URL(url)
  const all = [password, decodeURIComponent(password), searchParams.get('password') ?? '']
  return [...new Set(all)].filter((text) => text !== '')
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

/** What others read of the settings; they don't know that it is settings that are read. */
function inOneLine<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof UserError ? new ConfigError(error.message) : error
  }
}

/** `project` and `session` are the namespaces of those that a client is at work in. */
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
