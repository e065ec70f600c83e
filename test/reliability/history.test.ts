import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPatch } from 'diff'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startReliabilityModel } from '../support/reliability-model.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { chooser, seededRandom } from '../support/stores.ts'
import { createDatabase, type SharedDatabase } from './database.ts'
import { serverEnvironment, writeServer } from './harness.ts'
import { type StdioServer, startStdio } from './stdio.ts'

/* Two servers on one file, whose agents share a block; what became of it is then asked of both. */

const EDITS = 1_000
const LABEL = 'plan'
/** Lines that belong to one of the two servers each, with ends of both kinds and no end after the last. */
const FIRST = Array.from(
  { length: 40 },
  (_, line) => `${line % 2 === 0 ? 'one' : 'other'}-${line}: 0${line % 3 === 0 ? '\r' : ''}`,
).join('\n')

interface Version {
  readonly version: number
  readonly at: string
  readonly by: string
  readonly reason?: string
  readonly chars: number
}

let directory: string
let shared: SharedDatabase
let model: ScriptedProvider
let one: StdioServer
let other: StdioServer
let ada: string
let bea: string
let blockId: string

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'recollect-history-'))
  model = await startReliabilityModel(0)
  shared = await createDatabase(directory)
  const environment = {
    ...serverEnvironment(shared.url, model),
    RECOLLECT_TOOLSETS: 'core,memory',
  }
  const entry = await writeServer(directory)
  ;[one, other] = await Promise.all([
    startStdio(entry, environment),
    startStdio(entry, environment),
  ])
  blockId = (await answer(one, 'create_block', { label: LABEL, value: FIRST })).block.id
  ada = (await answer(one, 'create_agent', { name: 'Ada', block_ids: [blockId] })).agent.id
  bea = (await answer(other, 'create_agent', { name: 'Bea', block_ids: [blockId] })).agent.id
})
afterEach(async () => {
  await Promise.all([one.close(), other.close()])
  await model.close()
  await shared.remove()
  rmSync(directory, { recursive: true, force: true })
})

async function answer(server: StdioServer, tool: string, args: object) {
  const result = await server.call(tool, args)
  expect(result.isError, result.text).toBe(false)
  return result.data
}

/** Every version, oldest first, read page by page. */
async function readHistory(server: StdioServer, agent: string): Promise<readonly Version[]> {
  const versions: Version[] = []
  let cursor: string | undefined
  do {
    const page = await answer(server, 'memory_history', {
      agent,
      label: LABEL,
      limit: 100,
      ...(cursor !== undefined && { cursor }),
    })
    versions.push(...page.versions)
    cursor = page.next_cursor
  } while (cursor !== undefined)
  return versions.reverse()
}

/** The text of every version, by version, out of the first and the differences. */
async function replay(versions: readonly Version[]): Promise<readonly string[]> {
  const texts = ['', FIRST]
  for (const { version } of versions.slice(1)) {
    const { diff } = await answer(version % 2 === 0 ? one : other, 'diff_memory_block', {
      agent: version % 2 === 0 ? ada : bea,
      label: LABEL,
      from_version: version - 1,
      to_version: version,
    })
    const text = applyPatch(texts[version - 1] ?? '', diff)
    if (text === false) throw new Error(`the difference to version ${version} does not apply`)
    texts.push(text)
  }
  return texts
}

test(`${EDITS} edits from two processes: each is a version, differences replay to the present text, restoring works, and the past is told right`, async () => {
  const told: string[] = []
  let conflicts = 0
  async function edit(server: StdioServer, agent: string, own: 'one' | 'other', turn: number) {
    const { below, oneOf } = chooser(seededRandom(turn + (own === 'one' ? 0 : EDITS)))
    const reason = `${own} ${turn}`
    const target = { agent, label: LABEL, reason }
    const read = async () =>
      (await answer(server, 'read_memory', { agent, label: LABEL })).blocks[0]
    const { value } = await read()
    // The other writer may drop an appended line at any moment.
    const isMine = (line: string) => new RegExp(`^${own}-\\d{1,3}:`).test(line)
    const mine = value.split('\n').filter(isMine)
    const line: string = oneOf(mine)
    if (below(4) > 0) {
      const new_text = `${line.split(':')[0]}: ${turn} ${oneOf(['tea 🍵', '茶', 'Tee\r'])}`
      await answer(server, 'replace_in_memory_block', { ...target, old_text: line, new_text })
    } else if (value.length < 2_000) {
      const text = `${own}-${1_000 + turn}: x`
      await answer(server, 'append_to_memory_block', { ...target, text })
    } else {
      // A write replaces the whole text; the last writer wins.
      for (;;) {
        const { version, value: current } = await read()
        const lines: readonly string[] = current.split('\n')
        const kept = lines.filter((candidate) => !/^(one|other)-\d{4}:/.test(candidate))
        const next = `${kept.join('\n')}\n${own}-${1_000 + turn}: w`
        const args = { ...target, value: next, expected_version: version }
        const result = await server.call('write_memory_block', args)
        if (!result.isError) break
        expect(result.data.error.code).toBe('conflict')
        conflicts += 1
      }
    }
    told.push(reason)
  }
  const lane = async (server: StdioServer, agent: string, own: 'one' | 'other') => {
    for (let turn = 1; turn <= EDITS / 2; turn += 1) await edit(server, agent, own, turn)
  }
  await Promise.all([lane(one, ada, 'one'), lane(other, bea, 'other')])
  console.log(`${conflicts} conflicts for ${EDITS} edits`)

  const versions = await readHistory(other, ada)
  expect(versions.map(({ version }) => version)).toEqual(
    Array.from({ length: EDITS + 1 }, (_, index) => index + 1),
  )
  expect(
    versions
      .slice(1)
      .map(({ reason }) => reason)
      .sort(),
  ).toEqual(told.sort())
  expect(versions.every(({ by }) => by === 'client')).toBe(true)
  const times = versions.map(({ at }) => at)
  expect(times).toEqual(times.toSorted())

  const texts = await replay(versions)
  const present = (await answer(one, 'read_memory', { agent: bea, label: LABEL })).blocks[0]
  expect(present).toMatchObject({ value: texts[EDITS + 1], version: EDITS + 1 })
  expect(versions.map(({ chars }) => chars)).toEqual(texts.slice(1).map((text) => [...text].length))

  for (let version = 51; version <= EDITS + 1; version += 50) {
    const { at = '' } = versions[version - 1] ?? {}
    // Versions can share a millisecond; the last of them counts.
    const last = times.lastIndexOf(at) + 1
    const { blocks } = await answer(version % 2 === 0 ? one : other, 'read_memory_as_of', {
      agent: ada,
      at,
      label: LABEL,
    })
    expect(blocks).toMatchObject([{ value: texts[last], version: last, updated_at: at }])
  }

  const middle = { agent: ada, label: LABEL, version: EDITS / 2 }
  const { block } = await answer(one, 'restore_memory_block', middle)
  expect(block).toMatchObject({ value: texts[EDITS / 2], version: EDITS + 2 })
  const seen = (await answer(other, 'read_memory', { agent: bea, label: LABEL })).blocks[0]
  expect(seen).toMatchObject({ value: texts[EDITS / 2], version: EDITS + 2 })
  expect(await readHistory(other, bea)).toHaveLength(EDITS + 2)

  await answer(one, 'detach_block', { agent: ada, block_id: blockId })
  const gone = await other.call('read_memory', { agent: ada, label: LABEL })
  expect(gone.data.error.code).toBe('not_found')
  const before = await answer(other, 'read_memory_as_of', { agent: ada, at: block.updated_at })
  expect(before.blocks).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: blockId, value: texts[EDITS / 2] })]),
  )
}, 180_000)
