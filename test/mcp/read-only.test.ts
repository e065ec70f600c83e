import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from '../../src/app/app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { fill } from '../access/fill.ts'
import { type Connection, connectInProcess } from '../support/connect.ts'
import { insertAgent, insertRun } from '../support/stores.ts'
import { TOOL_TABLE, type ToolWorld, toolWorld } from '../support/tool-table.ts'
import { ON_FILE, type RealServer, startRealServer } from './real-server.ts'

/** Every row of every table, and what another connection would see change. */
function watch(path: string) {
  const handle = new DatabaseHandle(path, { readonly: true })
  const rows = () => {
    const tables = handle
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
      .pluck()
      .all()
    return tables.map((table) => [table, handle.prepare(`SELECT * FROM "${table}"`).all()])
  }
  return {
    state: () => ({ version: handle.pragma('data_version', { simple: true }), rows: rows() }),
    close: () => handle.close(),
  }
}

const READING = toolsOf(TOOLSETS).filter((tool) => tool.annotations.readOnlyHint)

let server: RealServer
/** Filled. */
let world: ToolWorld

beforeAll(async () => {
  server = await startRealServer(TOOLSETS, ON_FILE)
  world = toolWorld(await fill(server.client, 'own', 'offline/rehearsal'))
})
afterAll(() => server.close())

function callsOf(tool: string): readonly object[] {
  return TOOL_TABLE[tool]?.(world) ?? expect.unreachable(`no calls of ${tool}`)
}

describe('a tool annotated as read-only', () => {
  it.each(READING.map(({ name }) => name))('%s leaves the database as it was', async (name) => {
    const database = watch(server.path)
    const before = database.state()
    for (const args of callsOf(name)) await server.answer(name, args)
    expect(database.state()).toEqual(before)
    database.close()
  })

  it('is distinguished from a writing one by this check', async () => {
    const database = watch(server.path)
    const before = database.state()
    await server.answer('append_to_memory_block', { agent: 'Ada', label: 'human', text: 'Tall.' })
    expect(database.state().version).not.toBe(before.version)
    expect(database.state().rows).not.toEqual(before.rows)
    database.close()
  })
})

async function openToRead(home: string) {
  const environment = {
    RECOLLECT_HOME: home,
    RECOLLECT_READ_ONLY: '1',
    OLLAMA_HOST: '127.0.0.1:1',
  }
  return openApp(readConfig({}, environment), () => undefined)
}

describe('a read-only server', () => {
  let client: Connection
  let close: () => Promise<void>
  beforeAll(async () => {
    const app = await openToRead(join(server.path, '..'))
    const createServer = createServerFactory({
      toolsets: TOOLSETS,
      readOnly: true,
      version: '1.2.3',
      context: async () => app.context,
      log: (_, message, fields) => console.error(message, fields),
    })
    client = await connectInProcess(createServer, 'v2-auto')
    close = async () => {
      await client.close()
      await app.close()
    }
  })
  afterAll(() => close())

  it('lists the tools that read, and no others', async () => {
    const names = (await client.tools()).map(({ name }) => name)
    expect(names).toEqual(READING.map(({ name }) => name))
    expect(client.instructions).toMatch(/only reads/)
  })

  it('has no tool that writes', async () => {
    for (const name of ['send_message', 'create_agent', 'reset_messages']) {
      await expect(client.call(name, { agent: 'Ada' })).rejects.toMatchObject({ code: -32602 })
    }
  })

  it('serves all of them, all resources, templates and prompts, and writes nothing', async () => {
    const database = watch(server.path)
    const before = database.state()
    for (const { name } of READING) {
      for (const args of callsOf(name)) {
        expect((await client.call(name, args)).isError, name).toBe(false)
      }
    }
    const resources = await client.resources()
    expect(resources.length).toBeGreaterThan(4)
    for (const { uri } of resources) expect((await client.read(uri)).text).not.toBe('')
    expect((await client.read(`recollect://runs/${world.run}`)).text).toContain('ownkey')
    expect((await client.templates()).length).toBeGreaterThan(5)
    expect(await client.prompt('load_memory', { agent: 'Ada' })).toContain('Likes tea.')
    const named = await client.complete({ prompt: 'load_memory' }, { name: 'agent', value: 'A' })
    expect(named).toContain('Ada')
    expect(database.state()).toEqual(before)
    database.close()
  })

  it('sees what other servers write meanwhile', async () => {
    await server.answer('write_memory_block', { agent: 'Ada', label: 'news', value: 'Fresh.' })
    const { data } = await client.call('read_memory', { agent: 'Ada', label: 'news' })
    expect(data.blocks[0].value).toBe('Fresh.')
  })

  it('waits for a run that another server works on', async () => {
    const { data } = await server.client.call('send_message', {
      agent: 'Ada',
      message: 'Answer later',
      wait_seconds: 0,
    })
    const run = await client.call('get_run', { run_id: data.run_id, wait_seconds: 20 })
    expect(run.data).toMatchObject({ status: 'completed', reply: 'You said: Answer later' })
  })
})

describe('to read', () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'recollect-read-'))
  })
  afterAll(() => rm(home, { recursive: true }))

  it('a missing file is an error, and is not created', async () => {
    const empty = join(home, 'nothing')
    await expect(openToRead(empty)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/There is no data at .*RECOLLECT_HOME/),
    })
    expect(existsSync(empty)).toBe(false)
  })

  it('an older schema is an error, and is not migrated', async () => {
    const path = join(home, 'recollect.db')
    await (await openSqlite(path, MIGRATIONS.slice(0, 2))).close()
    const before = readFileSync(path)
    await expect(openToRead(home)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/schema 2 .* without RECOLLECT_READ_ONLY/),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('a run that nobody works on stays where it is', async () => {
    const path = join(home, 'waiting', 'recollect.db')
    const storage = await openSqlite(path)
    const agent = await insertAgent(storage.in('default'))
    const run = await insertRun(storage.in('default'), agent.id)
    await storage.close()
    const app = await openToRead(join(path, '..'))
    const { signal } = new AbortController()
    expect((await app.context.runs.wait(run.id, 500, signal)).run.status).toBe('queued')
    const written = app.context.runs.send({ agent: agent.id, text: 'Hi' })
    await expect(written).rejects.toMatchObject({ code: 'read_only' })
    await app.close()
  })
})
