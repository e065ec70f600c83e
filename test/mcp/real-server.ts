import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openApp } from '../../src/app/app.ts'
import type { Config } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Toolset } from '../../src/core/toolset.ts'
import { createServerFactory, type ServerOptions } from '../../src/mcp/serve/server.ts'
import type { McpContext } from '../../src/service/context.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import { databaseOf, leaveDatabaseOf } from '../support/own-database.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { openTestWire } from '../support/wires/wire-of-tests.ts'

/** The whole program in this process with a database of its own, used through a client. Only the model is scripted. */
export interface RealServer {
  readonly client: Connection
  readonly provider: ScriptedProvider
  /** A tool's answer on success; both parts of the result must be equal. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  answer(tool: string, args?: object): Promise<any>
  /** A tool's error; both parts of the result must be equal. */
  refusal(tool: string, args: object): Promise<{ readonly code: string; readonly message: string }>
  /** The resource says what the tool says. */
  expectSame(uri: string, tool: string, args: object): Promise<void>
  /** Its database. */
  readonly path: string
  readonly context: McpContext
  /** Another client, to which less is shown. */
  connect(shown: Pick<ServerOptions, 'readOnly' | 'agent' | 'toolsets'>): Promise<Connection>
  close(): Promise<void>
}

/** For tests that look at the file itself. */
export const ON_FILE = { RECOLLECT_DATABASE_URL: '' }

export async function startRealServer(
  toolsets: readonly Toolset[] = ['core'],
  settings: Readonly<Record<string, string>> = {},
  change: Partial<Config> = {},
): Promise<RealServer> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-mcp-'))
  const provider = await startScriptedProvider()
  const wire = await openTestWire(provider.baseUrl, ['openai'])
  const environment = {
    RECOLLECT_HOME: home,
    ...databaseOf(home),
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: wire.baseUrl,
    ...wire.environment,
    ...settings,
  }
  const config = { ...readConfig({}, environment), ...change }
  const app = await openApp(config, () => undefined)
  const connect: RealServer['connect'] = (shown) => {
    const createServer = createServerFactory({
      ...shown,
      version: '1.2.3',
      context: async () => app.context,
      log: (_, message, fields) => console.error(message, fields),
    })
    return connectInProcess(createServer, 'v2-auto')
  }
  const client = await connect({ toolsets })

  const answer: RealServer['answer'] = async (tool, args = {}) => {
    const result = await client.call(tool, args)
    expect(result.isError, result.text).toBe(false)
    expect(JSON.parse(result.text)).toEqual(result.data)
    expect([...result.text].length).toBeLessThan(20_000)
    return result.data
  }
  return {
    client,
    provider,
    path: config.database.kind === 'sqlite' ? config.database.path : '',
    context: app.context,
    connect,
    answer,
    async refusal(tool, args) {
      const result = await client.call(tool, args)
      expect(result.isError).toBe(true)
      expect(result.text).toBe(result.data.error.message)
      return result.data.error
    },
    async expectSame(uri, tool, args) {
      expect(JSON.parse((await client.read(uri)).text)).toEqual(await answer(tool, args))
    },
    async close() {
      await client.close()
      await app.close()
      await wire.close()
      await provider.close()
      leaveDatabaseOf(home)
      await rm(home, { recursive: true })
    },
  }
}
