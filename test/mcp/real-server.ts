import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Toolset } from '../../src/core/toolset.ts'
import { createServerFactory } from '../../src/mcp/server.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'

/** The whole program in this process, over a database of its own, seen by a client; only the model is scripted. */
export interface RealServer {
  readonly client: Connection
  readonly provider: ScriptedProvider
  /** The file of its database. */
  readonly database: string
  /** What a tool answers when all goes well; it is the same in both parts of the result. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  answer(tool: string, args?: object): Promise<any>
  /** Why a tool refuses, as its result says in both parts. */
  refusal(tool: string, args: object): Promise<{ readonly code: string; readonly message: string }>
  /** The resource says what the tool says. */
  expectSame(uri: string, tool: string, args: object): Promise<void>
  close(): Promise<void>
}

export async function startRealServer(
  toolsets: readonly Toolset[] = ['core'],
): Promise<RealServer> {
  const home = await mkdtemp(join(tmpdir(), 'recollect-mcp-'))
  const provider = await startScriptedProvider()
  const environment = {
    RECOLLECT_HOME: home,
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
  }
  const config = readConfig({}, environment)
  const app = await openApp(config, () => undefined)
  const createServer = createServerFactory({
    toolsets,
    version: '1.2.3',
    context: async () => app.context,
    log: (_, message, fields) => console.error(message, fields),
  })
  const client = await connectInProcess(createServer, 'v2-auto')

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
    database: config.databasePath,
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
      await provider.close()
      await rm(home, { recursive: true })
    },
  }
}
