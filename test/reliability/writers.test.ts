import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BLOCK, startReliabilityModel } from '../support/reliability-model.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { checkDatabase } from './check-database.ts'
import { createDatabase, POSTGRES, pathOf, type SharedDatabase } from './database.ts'
import { serverEnvironment, until, writeServer } from './harness.ts'
import { load } from './load.ts'
import { readRecords } from './records.ts'
import { type StdioServer, startStdio } from './stdio.ts'

/* Two stdio servers on one file, as two clients on one machine start them. */

const WRITES = 200
const AT_ONCE = 50
const STORM_MILLISECONDS = 4_000
/** A WAL that is checkpointed now and then stays far below this. */
const MAX_WAL_BYTES = 64 * 1024 * 1024
/** Generous, for disks that have other things to do; what was measured is printed. */
const MAX_STALL_MILLISECONDS = 1_000

let directory: string
let shared: SharedDatabase
let database: string
let model: ScriptedProvider
let one: StdioServer
let other: StdioServer
let agent: string

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'recollect-reliability-'))
  shared = await createDatabase(directory)
  database = shared.url
  model = await startReliabilityModel(0)
  const environment = serverEnvironment(database, model)
  const entry = await writeServer(directory)
  const start = (name: string) =>
    startStdio(entry, { ...environment, RELIABILITY_STALLS: join(directory, name) })
  ;[one, other] = await Promise.all([start('stall-one'), start('stall-other')])
  const { data } = await one.call('create_agent', {
    blocks: [{ label: BLOCK, value: 'Notes:', limit: 500_000 }],
  })
  agent = data.agent.id
})
afterEach(async () => {
  await Promise.all([one.close(), other.close()])
  await model.close()
  await shared.remove()
  rmSync(directory, { recursive: true, force: true })
})

test(`two servers with ${WRITES} writes each, and ${AT_ONCE} calls at once, lose nothing and stall for nobody`, async () => {
  const append = (server: StdioServer, text: string) =>
    server.call('append_to_memory_block', { agent, label: BLOCK, text })
  const insert = (server: StdioServer, text: string) =>
    server.call('insert_archival', { agent, text })
  const servers: readonly (readonly [string, StdioServer])[] = [
    ['one', one],
    ['other', other],
  ]
  const lanes = servers.flatMap(([name, server]) => [
    inTurn(WRITES, (turn) => append(server, `<${name}-${turn}>`)),
    inTurn(WRITES, (turn) => insert(server, `${name} fact ${turn}`)),
  ])
  const crowd = Array.from({ length: AT_ONCE }, (_, turn) => append(one, `<crowd-${turn}>`))
  const results = [...(await Promise.all(lanes)).flat(), ...(await Promise.all(crowd))]
  expect(results.filter(({ isError }) => isError).map(({ text }) => text)).toEqual([])

  const { blocks, versions, passages } = await readRecords(database)
  const block = blocks.find(({ value }) => value.startsWith('Notes:'))
  const words = block?.value.match(/<[^>]+>/g) ?? []
  expect(words).toHaveLength(2 * WRITES + AT_ONCE)
  expect(new Set(words).size).toBe(words.length)
  expect(versions.filter(({ block_id }) => block_id === block?.id)).toHaveLength(words.length + 1)
  expect(new Set(passages.map(({ text }) => text)).size).toBe(2 * WRITES)
  expect(passages).toHaveLength(2 * WRITES)
  expect(await checkDatabase(database)).toEqual([])
  await expectNoStalls()
}, 300_000)

test('appends of two servers with expected_version are each in the block once, after any number of conflicts', async () => {
  const each = 25
  let conflicts = 0
  async function appendExpecting(server: StdioServer, text: string): Promise<void> {
    for (;;) {
      const { data } = await server.call('read_memory', { agent, label: BLOCK })
      const expected_version = data.blocks[0].version
      const edit = { agent, label: BLOCK, text, expected_version }
      const result = await server.call('append_to_memory_block', edit)
      if (!result.isError) return
      expect(result.data.error.code).toBe('conflict')
      conflicts += 1
    }
  }
  await Promise.all([
    inTurn(each, (turn) => appendExpecting(one, `<one-${turn}>`)),
    inTurn(each, (turn) => appendExpecting(other, `<other-${turn}>`)),
  ])
  const { data } = await other.call('read_memory', { agent, label: BLOCK })
  const words = data.blocks[0].value.match(/<[^>]+>/g)
  expect(new Set(words).size).toBe(2 * each)
  expect(words).toHaveLength(2 * each)
  expect(data.blocks[0].version).toBe(1 + 2 * each)
  console.log(`${conflicts} conflicts for ${2 * each} edits`)
}, 240_000)

test.skipIf(POSTGRES !== undefined)(
  'the WAL stays bounded while two servers write all the time',
  async () => {
    const end = Date.now() + STORM_MILLISECONDS
    let passages = 0
    let most = 0
    const storm = async (server: StdioServer, name: string) => {
      for (let turn = 0; Date.now() < end; turn += 1) {
        const texts = Array.from(
          { length: 10 },
          (_, index) => `${name} ${turn} ${index} ${'storm '.repeat(400)}`,
        )
        const result = await server.call('insert_archival', { agent, texts })
        expect(result.isError, result.text).toBe(false)
        passages += texts.length
        most = Math.max(most, statSync(`${pathOf(database)}-wal`).size)
      }
    }
    await Promise.all([storm(one, 'a'), storm(one, 'b'), storm(other, 'c'), storm(other, 'd')])
    console.log(`WAL at most ${(most / 1e6).toFixed(1)} MB for ${passages} passages`)
    expect(most).toBeLessThan(MAX_WAL_BYTES)
    expect((await readRecords(database)).passages).toHaveLength(passages)
    await expectNoStalls()
  },
  240_000,
)

async function inTurn<T>(times: number, act: (turn: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  for (let turn = 0; turn < times; turn += 1) results.push(await act(turn))
  return results
}

/** Closes both servers, which write down how long their event loops stood still at most. */
async function expectNoStalls(): Promise<void> {
  await Promise.all([one.close(), other.close()])
  for (const name of ['stall-one', 'stall-other']) {
    const longest = await until(() => stallIn(name), 10_000, name)
    console.log(`${name}: ${longest.toFixed(0)} ms`)
    expect(longest).toBeLessThan(MAX_STALL_MILLISECONDS * load())
  }
}

function stallIn(name: string): number | undefined {
  try {
    return Number(readFileSync(join(directory, name), 'utf8') || Number.NaN)
  } catch {
    return undefined
  }
}
