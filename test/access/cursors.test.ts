import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { encodeCursor } from '../../src/core/page.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import { startAccessWorld, type World } from './world.ts'

/** How every refusal begins. */
const REFUSED = 'The cursor is not one that this tool gave out.'

let world: World
let client: Connection
let other: Connection

beforeAll(async () => {
  world = await startAccessWorld()
  client = await world.connect(await world.token('alpha'))
  other = await world.connect(await world.token('beta'))
  for (const each of [client, other]) await fill(each)
})
afterAll(() => world.close())

async function fill(connection: Connection, agents = 3) {
  for (let made = 0; made < agents; made += 1) {
    await connection.call('create_agent', { name: `Agent ${made}` })
  }
  await connection.call('insert_archival', {
    agent: 'Agent 0',
    texts: Array.from({ length: 12 }, (_, number) => `Kettle ${number} stands in the garden.`),
  })
}

/** The cursor of the first page. */
async function first(connection: Connection, tool = 'list_agents', args = {}) {
  const { data } = await connection.call(tool, { limit: 2, ...args })
  expect(typeof data.next_cursor).toBe('string')
  return data.next_cursor as string
}

async function next(connection: Connection, cursor: string, tool = 'list_agents', args = {}) {
  return connection.call(tool, { limit: 2, ...args, cursor })
}

const SEARCH = ['search_archival', { agent: 'Agent 0', query: 'kettle' }] as const

describe('a cursor', () => {
  it('leads on, is another each time, and shows no numbers', async () => {
    const [one, two] = [await first(client), await first(client)]
    expect(one).not.toBe(two)
    for (const cursor of [one, two]) {
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('v1:')
      const { data } = await next(client, cursor)
      expect(data.agents.map(({ name }: { name: string }) => name)).toEqual(['Agent 0'])
    }
  })

  it('has one length, however large its numbers are', async () => {
    const [tool, args] = SEARCH
    const cursors = [
      await first(client),
      await first(client, tool, args),
      await first(client, tool, { ...args, limit: 10 }),
      await first(client, tool, { agent: 'Agent 0' }),
    ]
    expect(new Set(cursors.map(({ length }) => length)).size).toBe(1)
  })

  it('of another namespace, of another list, or made up is none', async () => {
    const [tool, args] = SEARCH
    const own = await first(client)
    const last = own.endsWith('A') ? 'B' : 'A'
    const middle = own[40] === 'A' ? 'B' : 'A'
    const wrong = [
      await first(other),
      await first(client, tool, args),
      encodeCursor(2),
      'made up',
      `${own.slice(0, -1)}${last}`,
      `${own.slice(0, 40)}${middle}${own.slice(41)}`,
      `${own} `,
      own.slice(0, -4),
      'A'.repeat(own.length),
    ]
    for (const cursor of wrong) {
      const { isError, text, data } = await next(client, cursor)
      expect(isError, cursor).toBe(true)
      expect(text).toContain(REFUSED)
      expect(data.error.code).toBe('invalid_argument')
    }
    expect((await next(client, own)).isError).toBe(false)
  })

  it('of the list of resources is sealed, too', async () => {
    const crowded = await world.connect(await world.token('crowded'))
    await fill(crowded, 30)
    const ask = async (connection: Connection, cursor?: string) => {
      const response = await fetch(world.url, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${connection === crowded ? await world.token('crowded') : await world.token('alpha')}`,
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'resources/list',
          params: { cursor },
        }),
      })
      const body = await response.text()
      return JSON.parse(/^data: (.+)$/m.exec(body)?.[1] ?? body)
    }
    const { result } = await ask(crowded)
    expect(Buffer.from(result.nextCursor, 'base64url').toString('latin1')).not.toContain('v1:')
    expect((await ask(crowded, result.nextCursor)).result.resources.length).toBeGreaterThan(5)
    for (const [connection, cursor] of [
      [client, result.nextCursor],
      [crowded, encodeCursor(2)],
      [crowded, await first(crowded)],
    ] as const) {
      expect((await ask(connection, cursor)).error.message).toContain(REFUSED)
    }
  })
})

describe('a cursor of one server', () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'recollect-cursors-'))
  })
  afterAll(() => rm(home, { recursive: true }))

  async function withServer<T>(
    settings: Readonly<Record<string, string>>,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const environment = { RECOLLECT_HOME: home, RECOLLECT_MODEL: 'offline/rehearsal', ...settings }
    const config = readConfig({}, environment)
    const log = () => undefined
    const app = await openApp(config, log)
    const connection = await connectInProcess(
      createServerFactory({
        toolsets: TOOLSETS,
        readOnly: config.readOnly,
        version: '0.0.0',
        context: async () => app.context,
        log,
      }),
    )
    try {
      return await work(connection)
    } finally {
      await connection.close()
      await app.close()
    }
  }

  const READ_ONLY = { RECOLLECT_READ_ONLY: '1' }

  it('that only reads leads on there, though it could keep no key', async () => {
    await withServer({}, (connection) => fill(connection))
    // As a version left it that made no such key.
    const handle = new DatabaseHandle(join(home, 'recollect.db'))
    handle.exec("DELETE FROM signing_key WHERE name = 'cursor'")
    handle.close()
    const gone = await withServer(READ_ONLY, async (connection) => {
      const cursor = await first(connection)
      expect((await next(connection, cursor)).data.agents).toHaveLength(1)
      return cursor
    })
    const { text } = await withServer(READ_ONLY, (connection) => next(connection, gone))
    expect(text).toContain(REFUSED)
  })

  it('leads on at every other on the same data', async () => {
    const cursor = await withServer({}, (connection) => first(connection))
    for (const settings of [{}, READ_ONLY]) {
      const { data } = await withServer(settings, (connection) => next(connection, cursor))
      expect(data.agents).toHaveLength(1)
    }
  })
})
