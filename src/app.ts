import type { App } from './assemble.ts'
import type { Config } from './config.ts'
import type { Log } from './core/log.ts'
import type { Toolset } from './core/toolset.ts'
import { VERSION } from './core/version.ts'
import type { ModelRegistry } from './llm/model.ts'
import type { McpContext } from './mcp/context.ts'
import { createServerFactory } from './mcp/server.ts'
import type { HttpOptions, HttpServing } from './mcp/transports/http.ts'
import type { StdioServing } from './mcp/transports/stdio.ts'
import type { Storage } from './storage/store.ts'

/*
 * The doors of Recollect. A client that starts us waits for `initialize`, so each door loads what stands behind it only
 * when it is opened; `assemble.ts` joins the parts.
 */

export { isLoopback } from './mcp/transports/http-guard.ts'
export type { App }

/** Throws a UserError that says what to do if the data can't be used. */
export async function openApp(config: Config, log: Log): Promise<App> {
  const storage = await openStorage(config)
  const { assemble } = await import('./assemble.ts')
  return assemble(config, log, storage)
}

/** The database alone, without anybody who works on it. */
export async function openStorage(config: Config): Promise<Storage> {
  const { openSqlite } = await import('./storage/sqlite/open.ts')
  return openSqlite(config.databasePath, undefined, config.vectorBytes)
}

export async function openModels(config: Config): Promise<ModelRegistry> {
  const { createModelRegistry } = await import('./llm/registry.ts')
  return createModelRegistry({
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}

export interface ServeOptions {
  readonly toolsets: readonly Toolset[]
  readonly log: Log
}

/** MCP over this process's stdin and stdout. `context` is asked for by the first call that needs it. */
export async function serveStdio(
  context: () => Promise<McpContext>,
  { toolsets, log }: ServeOptions,
): Promise<StdioServing> {
  const { serveOverStdio } = await import('./mcp/transports/stdio.ts')
  return serveOverStdio(createServerFactory({ version: VERSION, context, log, toolsets }), log)
}

/** MCP over HTTP. Throws a UserError if the port can't be had. */
export async function serveHttp(
  context: () => Promise<McpContext>,
  { toolsets, ...options }: ServeOptions & Omit<HttpOptions, 'version'>,
): Promise<HttpServing> {
  const { serveOverHttp } = await import('./mcp/transports/http.ts')
  const { log } = options
  const factory = createServerFactory({ version: VERSION, context, log, toolsets })
  return serveOverHttp(factory, { ...options, version: VERSION })
}
