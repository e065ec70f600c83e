import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, openApp, type Tokens } from '../../src/app/app.ts'
import { openGate, openTokens, serveHttp } from '../../src/app/serve.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { SCOPES, type Scope } from '../../src/core/access.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { CAPS } from '../../src/http/caps.ts'
import { type ClientKind, type Connection, connect } from '../support/connect.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'

/** A server for several, with a database of its own. */
export interface World {
  readonly app: App
  readonly tokens: Tokens
  readonly url: string
  readonly databasePath: string
  /** All that it logged. */
  readonly logged: readonly string[]
  /** A new token. */
  token(namespace?: string, scopes?: readonly Scope[]): Promise<string>
  connect(token: string, path?: string, kind?: ClientKind): Promise<Connection>
  close(): Promise<void>
}

export async function startAccessWorld(
  settings: Readonly<Record<string, string>> = {},
): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-access-'))
  const config = readConfig(
    {},
    {
      RECOLLECT_HOME: home,
      ...databaseOf(home),
      RECOLLECT_MODEL: 'offline/rehearsal',
      RECOLLECT_EMBEDDING: 'local/hash',
      ...settings,
    },
  )
  const logged: string[] = []
  const log = (...line: readonly unknown[]) => void logged.push(JSON.stringify(line))
  const app = await openApp(config, log)
  const { storage } = app
  const gate = await openGate(config, { storage, host: '127.0.0.1', log })
  const serving = await serveHttp(async (namespace) => app.contextOf(namespace ?? 'default'), {
    host: '127.0.0.1',
    port: 0,
    toolsets: TOOLSETS,
    agent: config.agent ?? undefined,
    oauth: config.oauth,
    authenticate: gate.authenticate,
    // A test asks faster than any client may.
    caps: { ...CAPS, requestsPerMinute: 1_000_000 },
    log,
  })
  const tokens = await openTokens(storage, log)
  const clients: Connection[] = []
  let made = 0
  return {
    app,
    tokens,
    url: serving.url,
    databasePath: config.database.kind === 'sqlite' ? config.database.path : '',
    logged,
    async token(namespace = 'default', scopes = SCOPES) {
      made += 1
      const name = `token ${made}`
      return (await tokens.create({ name, namespace, scopes, expiresAt: null })).token
    },
    async connect(token, path = '', kind = 'v2-auto') {
      const client = await connect(kind, { kind: 'http', url: `${serving.url}${path}`, token })
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await serving.close()
      await app.close()
      leaveDatabaseOf(home)
      await rm(home, { recursive: true })
    },
  }
}
