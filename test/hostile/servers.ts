import { readFileSync } from 'node:fs'
import { newHome, withModel } from '../e2e/support.ts'
import { type Connection, connect, type ServeProcess, startServe } from '../support/connect.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'

/** A server with all tools, and two clients: one that means harm, and one that is served meanwhile. */
export interface Attacked {
  readonly server: ServeProcess
  readonly client: Connection
  readonly beside: Connection
  /** Values with which a call goes as far as it can, by the name of an argument. */
  readonly usual: Readonly<Record<string, unknown>>
  /** The most memory that it ever had. */
  peakMegabytes(): number
  close(): Promise<void>
}

async function startAttacked(
  provider: ScriptedProvider,
  database: 'sqlite' | 'own',
): Promise<Attacked> {
  const server = await startServe({
    ...withModel(newHome(), provider),
    ...(database === 'sqlite' && { RECOLLECT_DATABASE_URL: '' }),
    RECOLLECT_TOOLSETS: 'all',
    RECOLLECT_MAX_REQUESTS_PER_MINUTE: '1000000',
  })
  const client = await connect('v2-legacy', { kind: 'http', url: server.url })
  const beside = await connect('v2-legacy', { kind: 'http', url: server.url })
  return {
    server,
    client,
    beside,
    usual: await prepare(client),
    peakMegabytes() {
      const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8')
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024
    },
    async close() {
      await client.close()
      await beside.close()
      await server.stop()
    },
  }
}

/** One on SQLite and, where the tests have a PostgreSQL, one on that. */
export async function startAllAttacked(provider: ScriptedProvider): Promise<readonly Attacked[]> {
  const sqlite = await startAttacked(provider, 'sqlite')
  return TEST_SERVER === undefined ? [sqlite] : [sqlite, await startAttacked(provider, 'own')]
}

async function prepare(client: Connection): Promise<Attacked['usual']> {
  const agent = (await client.call('create_agent', { name: 'Mira' })).data.agent.id
  const block = { label: 'notes', value: 'Red.' }
  const { passages } = (
    await client.call('insert_archival', { agent, text: 'The spare key hangs in the shed.' })
  ).data
  return {
    agent,
    passage_id: passages[0].id,
    block_id: (await client.call('create_block', block)).data.block.id,
    archive_id: (await client.call('list_archives', { agent })).data.archives[0].id,
    run_id: 'run-00000000-0000-4000-8000-000000000000',
    label: 'human',
    value: 'Blue.',
    text: 'Some text.',
    message: 'Hello',
    old_text: 'Nothing of it',
    new_text: 'x',
    name: 'Name',
    at: '2026-11-29',
    version: 1,
    from_version: 1,
    type: 'run_first',
    tool_name: 'send_message',
    equals: 'a',
    tool: 'send_message',
    approve: false,
  }
}
