import { setTimeout as sleep } from 'node:timers/promises'
import DatabaseHandle from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVectorReads } from '../../src/storage/sqlite/vector-reads.ts'
import {
  createMemoryIndexes,
  type MemoryIndexes,
} from '../../src/storage/vectors/memory-indexes.ts'
import { type CodesKind, rankRows, type StoredVectors } from '../../src/vector/vector-index.ts'
import { seededRandom } from '../support/stores.ts'
import {
  MADE_UP_DIMENSION,
  madeUpVector,
  openVectorWriter,
  randomVector,
  type VectorWriter,
} from '../support/vectors.ts'
import { createWorkplace, type Workplace } from './workplace.ts'

/** Enough for binary codes to be stored. */
const ROWS = 1_200
/** Both kinds of codes of all of them at once, with room to grow. */
const ROOM_FOR_BOTH = ROWS * 1.1 * (104 + 48)
const LIMIT = 10

let work: Workplace
let writer: VectorWriter
let handle: DatabaseHandle.Database
let setRow: number
let current: Map<number, Float32Array>
const random = seededRandom(5)

beforeEach(async () => {
  work = await createWorkplace()
  await work.open()
  writer = openVectorWriter(work.path)
  handle = new DatabaseHandle(work.path, { readonly: true })
  const set = { kind: 'archive', owner: 'some', handle: 'test/model' } as const
  setRow = await writer.addSet({ ...set, dimension: MADE_UP_DIMENSION })
  current = new Map()
  await put(1, ROWS)
})
afterEach(async () => {
  handle.close()
  await writer.close()
  await work.clear()
})

async function put(from: number, count: number, version = 0): Promise<void> {
  const added = Array.from({ length: count }, (_, index) => {
    const row = from + index
    return [row, madeUpVector(row, version)] as const
  })
  for (const [row, vector] of added) current.set(row, vector)
  await writer.put(setRow, added)
}

async function remove(rows: readonly number[]): Promise<void> {
  for (const row of rows) current.delete(row)
  await writer.remove(setRow, rows)
}

const open = (budgetBytes: number) =>
  createMemoryIndexes({
    reads: openVectorReads(handle),
    budgetBytes,
    fewestRows: 0,
    manyRows: ROWS,
  })

/** Asks for an exact answer, compares it with that of looking at all, and says by what it was found. */
async function searchBy(indexes: MemoryIndexes): Promise<CodesKind | undefined> {
  const query = randomVector(random, MADE_UP_DIMENSION)
  const answer = await indexes.use(setRow, async (index) => {
    const { rows } = await index.search(query, { limit: LIMIT, untilProven: true })
    return { rows, kind: index.kind }
  })
  const all: StoredVectors = current
  expect(answer?.rows).toEqual(rankRows(query, all, LIMIT))
  return answer?.kind
}

test('a large set is searched by binary codes until its int8 codes are loaded, and every result includes earlier writes', async () => {
  const indexes = open(ROOM_FOR_BOTH)
  expect(await searchBy(indexes)).toBe('binary')
  for (let round = 1; (await searchBy(indexes)) !== 'int8'; round += 1) {
    await put(round * 7, 3, round)
    await remove([round * 11, round * 13])
    await sleep(5)
  }
  await put(ROWS + 1, 20)
  await remove([1, 2, 3])
  expect(await searchBy(indexes)).toBe('int8')
  expect(indexes.count).toBe(1)
})

test('a set keeps binary codes if there is no room for both at once', async () => {
  const indexes = open(ROWS * 1.1 * 100)
  for (let round = 0; round < 5; round += 1) {
    expect(await searchBy(indexes)).toBe('binary')
    await sleep(20)
  }
})

test('a set whose vectors were all deleted and stored again keeps its centroid', async () => {
  await remove([...current.keys()])
  await put(1, ROWS / 2, 1)
  await put(1 + ROWS / 2, ROWS / 2, 1)
  const indexes = open(ROWS * 1.1 * 100)
  expect(await searchBy(indexes)).toBe('binary')
})
