import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId, type PassageId } from '../../src/core/ids.ts'
import type { Storage, Store } from '../../src/storage/port/store.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { dotProduct } from '../../src/vector/codes/float32.ts'
import { insertAgent, insertArchive, insertPassages } from '../support/stores.ts'
import {
  embedAs,
  MADE_UP_DIMENSION,
  madeUpVector,
  openVectorWriter,
  type VectorWriter,
  vectorOfText,
} from '../support/vectors.ts'
import type { VectorsAt } from './other-process.ts'
import { bundleProcess, type OtherProcess, startProcess } from './processes.ts'
import { createWorkplace, type Workplace } from './workplace.ts'

const HANDLE = 'test/model'
/** VECTOR_PASSAGES=10000 makes it larger, and takes minutes more; at least 1,500, which is enough for an in-memory index. */
const PASSAGES = Number(process.env.VECTOR_PASSAGES ?? 1_500)
const ROUNDS = 5
const AT_A_TIME = PASSAGES / ROUNDS
const AT_ONCE = 500
/** Changed entries that are searched for one by one. */
const PROBES = 10
/** Binary codes take 48 bytes a vector, int8 codes 104; an index holds at least four fifths of them. */
const ROOM_FOR_BINARY = 70 * PASSAGES
const TIMEOUT = 120_000 + 40 * PASSAGES

interface Known {
  readonly id: PassageId
  readonly text: string
}

let bundles: string
let bundle: string
let work: Workplace
let other: OtherProcess
let writer: VectorWriter
let storage: Storage
let store: Store
let agent: AgentId
let archive: ArchiveId
let setRow: number
let first: readonly Known[]

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'recollect-bundle-'))
  bundle = await bundleProcess(bundles)
})
afterAll(() => rm(bundles, { recursive: true }))
beforeEach(async () => {
  work = await createWorkplace()
  const made = (await work.open()).in('default')
  writer = openVectorWriter(work.path)
  other = await startProcess(bundle)
  await other.order({ kind: 'open', path: work.path, migrations: 'as they are' })
  agent = (await insertAgent(made)).id
  archive = await insertArchive(made, agent)
  first = passages(0, 0, PASSAGES)
  setRow = await writer.addSet({
    kind: 'archive',
    owner: archive,
    handle: HANDLE,
    dimension: MADE_UP_DIMENSION,
  })
  for (let from = 0; from < PASSAGES; from += AT_ONCE) {
    const some = first.slice(from, from + AT_ONCE)
    await insertPassages(made, archive, some)
    await writer.put(
      setRow,
      rowsOf(some).map((row, index) => [row, vectorOfText(some[index]?.text ?? '')]),
    )
  }
})
afterEach(async () => {
  await storage.close()
  await other.stop()
  await writer.close()
  await work.clear()
})

function passages(version: number, from: number, count: number): readonly Known[] {
  return Array.from({ length: count }, (_, index) => ({
    id: newId('passage'),
    text: `Passage ${from + index}, version ${version}`,
  }))
}

const rowsOf = (some: readonly Known[]) =>
  writer.rowsOf(
    'passage',
    some.map(({ id }) => id),
  )
const someOf = <T>(all: readonly T[]) =>
  all.filter((_, index) => index % Math.ceil(all.length / PROBES) === 0)

/** By meaning alone, as there is no word in the question; the nearest first. */
async function nearest(vector: Float32Array): Promise<readonly string[]> {
  const { items, warnings } = await store.passages.search(
    agent,
    { query: '?', limit: 10 },
    embedAs(HANDLE, vector),
  )
  // While an in-memory index is filled for the first time, words alone may answer.
  if (warnings) return nearest(vector)
  return items.map(({ item }) => item.id)
}

/** Searches go on all the time meanwhile, so that an in-memory index takes over every half of what happens. */
async function whileSearching(
  work: () => Promise<unknown>,
  search: (count: number) => Promise<unknown>,
): Promise<void> {
  let isBusy = true
  const searching = (async () => {
    let count = 0
    for (; isBusy; count += 1) await search(count)
    return count
  })()
  try {
    await work()
  } finally {
    isBusy = false
  }
  expect(await searching).toBeGreaterThan(0)
}

describe.each([
  ['bytes', undefined],
  ['binary', ROOM_FOR_BINARY],
])('while vectors are searched by %s', (_, vectorBytes) => {
  beforeEach(async () => {
    storage = await openSqlite(work.path, undefined, vectorBytes)
    store = storage.in('default')
    expect(await nearest(vectorOfText(first[0]?.text ?? ''))).toHaveLength(10)
  })

  test(
    'a passage that another process deletes is never found again, and one that it stores is found once it is embedded',
    async () => {
      const gone = new Set<string>()
      for (let round = 1; round <= ROUNDS; round += 1) {
        const from = (round - 1) * AT_A_TIME
        const old = first.slice(from, from + AT_A_TIME)
        const fresh = passages(round, from, AT_A_TIME)
        await whileSearching(
          async () => {
            const ids = old.map(({ id }) => id)
            expect(await other.order({ kind: 'delete passages', agent, ids })).toMatchObject({
              kind: 'done',
            })
            for (const id of ids) gone.add(id)
            const order = { kind: 'insert passages', archive, handle: HANDLE } as const
            expect(await other.order({ ...order, passages: fresh })).toMatchObject({ kind: 'done' })
            for (const { id, text } of someOf(fresh))
              expect((await nearest(vectorOfText(text)))[0]).toBe(id)
          },
          async (count) => {
            const goneBefore = [...gone]
            const found = await nearest(vectorOfText(first[count % PASSAGES]?.text ?? ''))
            expect(found.filter((id) => goneBefore.includes(id))).toEqual([])
          },
        )
        for (const { text } of someOf(old))
          expect((await nearest(vectorOfText(text))).filter((id) => gone.has(id))).toEqual([])
      }
    },
    TIMEOUT,
  )

  test(
    'a vector that another process removes or puts in place of one is never found again, and the new one is found at once',
    async () => {
      const idOf = new Map(rowsOf(first).map((row, index) => [row, first[index]?.id ?? '']))
      const rows = [...idOf.keys()]
      const current = new Map<string, Float32Array>(
        first.map(({ id, text }) => [id, vectorOfText(text)]),
      )
      const put = async (version: number, at: VectorsAt) => {
        await other.order({ kind: 'put vectors', version, at })
        for (const row of at.rows) current.set(idOf.get(row) ?? '', madeUpVector(row, version))
      }
      for (let round = 1; round <= ROUNDS; round += 1) {
        const changed = rows.slice((round - 1) * AT_A_TIME, round * AT_A_TIME)
        const at = { path: work.path, setRow, rows: changed }
        const probes = someOf(changed).map((row) => ({ row, id: idOf.get(row) ?? '' }))
        const old = new Map(probes.map(({ id }) => [id, current.get(id) ?? madeUpVector(0, 0)]))
        await whileSearching(
          async () => {
            await other.order({ kind: 'remove vectors', at })
            for (const [id, vector] of old) expect(await nearest(vector)).not.toContain(id)
            await put(round, at)
            for (const { row, id } of probes)
              expect((await nearest(madeUpVector(row, round)))[0]).toBe(id)
            await put(round + 100, at)
            for (const { row, id } of probes)
              expect((await nearest(madeUpVector(row, round + 100)))[0]).toBe(id)
            for (const vector of old.values())
              expect((await nearest(vector))[0]).toBe(nearestOf(current, vector))
          },
          (count) => nearest(madeUpVector(rows[count % PASSAGES] ?? 0, 0)),
        )
      }
    },
    TIMEOUT,
  )
})

function nearestOf(vectors: ReadonlyMap<string, Float32Array>, to: Float32Array) {
  let best = { id: '', score: -1 }
  for (const [id, vector] of vectors) {
    const score = dotProduct(to, vector)
    if (score > best.score) best = { id, score }
  }
  return best.id
}
