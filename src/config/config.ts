import type { OAuthSettings } from '../auth/oauth-settings.ts'
import type { LogLevel } from '../core/log.ts'
import type { ToolSecret } from '../core/tool-secret.ts'
import type { Toolset } from '../core/toolset.ts'
import type { WebSearchSettings } from '../core/web-search.ts'
import type { GuardedFetchOptions } from '../fetch/guarded-fetch.ts'
import type { HttpSettings } from '../http/settings.ts'
import type { ProviderSettings } from '../llm/providers.ts'
import type { DatabaseSettings } from '../storage/database-settings.ts'
import type { ServerSettings } from '../tool-servers/settings.ts'
import type { Environment } from './environment.ts'

export type { DatabaseAddress, DatabaseSettings } from '../storage/database-settings.ts'

/** All settings, read once at start. */
export interface Config {
  readonly database: DatabaseSettings
  readonly model: string | null
  readonly embedding: string | null
  readonly providers: ProviderSettings
  readonly localModels: {
    /** Throws a ConfigError if there is no data directory. */
    readonly folder: () => string
    /** Address of the hub that models are fetched from. */
    readonly hub: string
  }
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
  /** Limit for a namespace; null: none. */
  readonly maxTokensPerDay: number | null
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
