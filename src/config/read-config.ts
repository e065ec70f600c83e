import { join } from 'node:path'
import { readOAuthSettings } from '../auth/oauth-settings.ts'
import { ConfigError, mask } from '../core/config-error.ts'
import { UserError } from '../core/errors.ts'
import { LOG_LEVELS } from '../core/log.ts'
import { isNamespace, NAMESPACE, NAMESPACE_RULE } from '../core/namespace.ts'
import { unknownSettings } from '../core/setting-names.ts'
import { readToolSecrets } from '../core/tool-secret.ts'
import { parseToolsets, TOOLSETS, type Toolset } from '../core/toolset.ts'
import { readWebSearch } from '../core/web-search.ts'
import { readFetchRule } from '../fetch/fetch-rule.ts'
import { readHttpSettings } from '../http/settings.ts'
import { parseEmbeddingHandle } from '../llm/embedding/embedding-handle.ts'
import { apiVariable, findProvider, PROVIDERS, readProviderSettings } from '../llm/providers.ts'
import { dataDirectory, readDataPath, readFolders } from '../storage/data-path.ts'
import { DEFAULT_VECTOR_MEGABYTES, readDatabase } from '../storage/database-settings.ts'
import { readServerSettings, type ServerSettings } from '../tool-servers/settings.ts'
import type { Config, ModelCallSettings } from './config.ts'
import { type Environment, filledIn, withNamespace } from './environment.ts'

export { readDatabaseUrl } from '../storage/database-settings.ts'

const MODEL_CALLS: ModelCallSettings = {
  totalMilliseconds: 600_000,
  idleMilliseconds: 120_000,
  firstPauseMilliseconds: 500,
}

/** Handles without a provider: the built-in model, and the model of the calling client. */
const REHEARSAL = 'offline/rehearsal'
const CLIENT = 'client/sampling'

/** `flags` override the environment. An empty variable or an unfilled placeholder counts as unset. */
export function readConfig(
  flags: Environment = {},
  environment: Environment = process.env,
): Config {
  const settings = withNamespace(filledIn({ ...environment, ...filledIn(flags) }))
  const get = (name: string) => settings[name]?.trim() || undefined
  return Object.freeze({
    ...readLimits(get),
    database: readDatabase(
      get,
      readCount(get, 'RECOLLECT_DATABASE_POOL', [1, 1_000], 10, 'connections'),
    ),
    model: readModel(get),
    embedding: readEmbedding(get('RECOLLECT_EMBEDDING')),
    providers: inOneLine(() => readProviderSettings(settings)),
    localModels: {
      folder: () => join(dataDirectory(get), 'models'),
      hub: readHub(get('HF_ENDPOINT')),
    },
    token: readToken(get('RECOLLECT_TOKEN')),
    namespace: readAs(
      get,
      'RECOLLECT_NAMESPACE',
      (value) => (isNamespace(value) ? value : undefined),
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
    toolsets: readToolsets(get('RECOLLECT_TOOLSETS')),
    readOnly: readAs(
      get,
      'RECOLLECT_READ_ONLY',
      (value) => ({ '0': false, '1': true })[value],
      false,
      '1 (only read) or 0',
    ),
    agent: get('RECOLLECT_AGENT') ?? null,
    modelCalls: MODEL_CALLS,
    logLevel: readAs(
      get,
      'RECOLLECT_LOG',
      (value) => LOG_LEVELS.find((level) => level === value),
      'warn',
      LOG_LEVELS.join(', '),
    ),
  })
}

type Get = (name: string) => string | undefined

function readLimits(get: Get) {
  const count = (name: string, range: Range, fallback: number, unit: string) =>
    readCount(get, name, range, fallback, unit)
  return {
    maxRunTokens: count('RECOLLECT_MAX_RUN_TOKENS', [1, 1e12], 1_000_000, 'tokens'),
    maxRunSeconds: count('RECOLLECT_MAX_RUN_SECONDS', [1, 1e9], 3_600, 'seconds'),
    maxTokensPerDay:
      get('RECOLLECT_MAX_TOKENS_PER_DAY') === undefined
        ? null
        : count('RECOLLECT_MAX_TOKENS_PER_DAY', [1, 1e12], 1, 'tokens'),
    leaseMilliseconds: count('RECOLLECT_LEASE_SECONDS', [1, 3_600], 30, 'seconds') * 1_000,
    mostRuns: count('RECOLLECT_CONCURRENT_RUNS', [1, 10_000], 32, 'agents'),
    vectorBytes:
      count('RECOLLECT_VECTOR_MEMORY_MB', [0, 1_000_000], DEFAULT_VECTOR_MEGABYTES, 'megabytes') *
      1_000_000,
  }
}

/** Smallest and largest number that is accepted. */
type Range = readonly [min: number, max: number]

function readCount(
  get: Get,
  name: string,
  [min, max]: Range,
  fallback: number,
  unit: string,
): number {
  const read = (value: string) => {
    const count = Number(value)
    return Number.isSafeInteger(count) && count >= min && count <= max ? count : undefined
  }
  const upTo = max < 1_000_000 ? `to ${max}` : 'on'
  return readAs(get, name, read, fallback, `a whole number of ${unit} from ${min} ${upTo}`)
}

/** `read` returns undefined for a value that is not allowed. No schema library: it would be most of a start. */
function readAs<T>(
  get: Get,
  name: string,
  read: (value: string) => T | undefined,
  fallback: NoInfer<T>,
  allowed: string,
): T {
  const value = get(name)
  if (value === undefined) return fallback
  const parsed = read(value)
  if (parsed !== undefined) return parsed
  throw new ConfigError(`${name}: found "${value}", allowed is ${allowed}.`)
}

function readModel(get: Get): string | null {
  const isKnown = (handle: string) =>
    handle === REHEARSAL || handle === CLIENT || findProvider(handle.split('/', 1)[0] ?? '')
  return readAs<string | null>(
    get,
    'RECOLLECT_MODEL',
    (handle) => (/^[^/\s]+\/\S+$/.test(handle) && isKnown(handle) ? handle : undefined),
    null,
    `"provider/model", for example openai/gpt-4.1-mini; providers are ${PROVIDERS.map(({ name }) => name).join(', ')}, ${REHEARSAL} needs none, and ${CLIENT} is the model of the client`,
  )
}

/** The variable is the hub's own, for mirrors. */
function readHub(address = 'https://huggingface.co'): string {
  if (URL.canParse(address) && /^https?:/.test(address)) return address.replace(/\/+$/, '')
  throw new ConfigError(
    `HF_ENDPOINT: found "${mask(address)}", allowed is the address of a mirror of huggingface.co.`,
  )
}

function readToken(token: string | undefined): string | null {
  if (token === undefined) return null
  if (/^[\x21-\x7e]{8,512}$/.test(token)) return token
  throw new ConfigError(
    `RECOLLECT_TOKEN: found ${mask(token)}, allowed are 8 to 512 printable ASCII characters without spaces.`,
  )
}

/** One sentence for each variable that looks like a setting of ours but is unknown. */
export function settingWarnings(environment: Environment = process.env): readonly string[] {
  return unknownSettings(Object.keys(environment), PROVIDERS.map(apiVariable))
}

/** The user's editor, as a shell command. */
export function readEditor(environment: Environment = process.env): string {
  const fallback = process.platform === 'win32' ? 'notepad' : 'vi'
  return environment.VISUAL?.trim() || environment.EDITOR?.trim() || fallback
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
    `RECOLLECT_TOOLSETS: found "${unknown}", allowed is a comma list of ${TOOLSETS.join(', ')}, or all.`,
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
