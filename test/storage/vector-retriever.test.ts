import DatabaseHandle from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId, type PassageId } from '../../src/core/ids.ts'
import type { RankedRequest } from '../../src/storage/database/search-request.ts'
import type { Store } from '../../src/storage/port/store.ts'
import { passageScope } from '../../src/storage/search/search-scope.ts'
import { openVectorReads } from '../../src/storage/sqlite/vector-reads.ts'
import {
  createMemoryIndexes,
  type MemoryIndexes,
} from '../../src/storage/vectors/memory-indexes.ts'
import { findByMeaning } from '../../src/storage/vectors/vector-retriever.ts'
import { dotProduct } from '../../src/vector/codes/float32.ts'
import {
  at,
  chooser,
  insertAgent,
  insertArchive,
  insertPassages,
  seededRandom,
} from '../support/stores.ts'
import { openVectorWriter, randomVector, type VectorWriter } from '../support/vectors.ts'
import { createWorkplace, type Workplace } from './workplace.ts'

const DIMENSION = 128
const HANDLE = 'test/model'
const MOST = 12
const TAGS = ['a', 'b', 'c']
const EVERYTHING = 2 ** 30

interface Known {
  readonly id: PassageId
  readonly row: number
  readonly archive: number
  readonly tags: readonly string[]
  readonly createdAt: string
  superseded: boolean
  vector: Float32Array | null
}

let work: Workplace
let store: Store
let writer: VectorWriter
let handle: DatabaseHandle.Database
let archives: { readonly id: ArchiveId; readonly agent: AgentId; readonly set: number }[]
const known: Known[] = []
const random = seededRandom(11)
const { below, oneOf } = chooser(random)
const someTags = () => TAGS.filter(() => random() < 0.3)

beforeAll(async () => {
  work = await createWorkplace()
  store = (await work.open()).in('default')
  writer = openVectorWriter(work.path)
  handle = new DatabaseHandle(work.path, { readonly: true })
  archives = []
  for (let count = 0; count < 3; count += 1) {
    const { id: agent } = await insertAgent(store)
    const id = await insertArchive(store, agent)
    const set = await writer.addSet({
      kind: 'archive',
      owner: id,
      handle: HANDLE,
      dimension: DIMENSION,
    })
    archives.push({ id, agent, set })
  }
  await insert(0, 60)
  await insert(1, 30)
  await insert(2, 6)
})
afterAll(async () => {
  handle.close()
  await writer.close()
  await work.clear()
})

async function insert(archive: number, count: number): Promise<void> {
  const place = archives[archive]
  if (!place) throw new Error('there is no such archive')
  const passages = Array.from({ length: count }, () => ({
    id: newId('passage'),
    text: `Text ${random()}`,
    tags: someTags(),
    createdAt: at(below(20)),
  }))
  await insertPassages(store, place.id, passages)
  const rows = writer.rowsOf(
    'passage',
    passages.map(({ id }) => id),
  )
  const added = passages.map(({ id, tags, createdAt }, index) => ({
    id,
    row: rows[index] ?? 0,
    archive,
    tags,
    createdAt,
    superseded: false,
    vector: randomVector(random, DIMENSION),
  }))
  known.push(...added)
  await writer.put(
    place.set,
    added.map(({ row, vector }) => [row, vector]),
  )
}

/** Changes that any process may make to an archive between two searches. */
type Change = 'insert' | 'remove vector' | 'replace vector' | 'remove and put back' | 'supersede'

async function make(change: Change): Promise<void> {
  if (change === 'insert') return insert(below(3), 1 + below(3))
  const one = oneOf(known)
  const place = archives[one.archive]
  if (!place) throw new Error('there is no such archive')
  const { set, agent } = place
  switch (change) {
    case 'remove vector':
      one.vector = null
      return writer.remove(set, [one.row])
    case 'replace vector':
      one.vector = randomVector(random, DIMENSION)
      return writer.put(set, [[one.row, one.vector]])
    case 'remove and put back':
      one.vector ??= randomVector(random, DIMENSION)
      await writer.remove(set, [one.row])
      return writer.put(set, [[one.row, one.vector]])
    case 'supersede': {
      const by = newId('passage')
      const done = await store.transaction((tx) => tx.passages.supersede(agent, one.id, by, at()))
      if (done) one.superseded = true
    }
  }
}

interface Asked {
  readonly archives: readonly number[]
  readonly after?: string
  readonly before?: string
  readonly tags?: readonly (readonly string[])[]
  readonly includeSuperseded: boolean
}

const moment = fc.integer({ min: 0, max: 20 }).map((seconds) => at(seconds))
const asked: fc.Arbitrary<Asked> = fc.record(
  {
    archives: fc.subarray([0, 1, 2], { minLength: 1 }),
    after: moment,
    before: moment,
    tags: fc.array(fc.subarray(TAGS, { minLength: 1 }), { minLength: 1, maxLength: 2 }),
    includeSuperseded: fc.boolean(),
  },
  { requiredKeys: ['archives', 'includeSuperseded'] },
)
const change = fc.constantFrom<Change>(
  'insert',
  'remove vector',
  'replace vector',
  'remove and put back',
  'supersede',
)

/** By looking at every passage. */
function expected(query: Float32Array, wanted: Asked) {
  return known
    .filter(
      ({ archive, tags, createdAt, superseded, vector }) =>
        vector !== null &&
        wanted.archives.includes(archive) &&
        (wanted.includeSuperseded || !superseded) &&
        (wanted.after === undefined || createdAt >= wanted.after) &&
        (wanted.before === undefined || createdAt <= wanted.before) &&
        (wanted.tags ?? []).every((anyTag) => anyTag.some((tag) => tags.includes(tag))),
    )
    .map(({ row, vector }) => ({ row, score: vector ? dotProduct(query, vector) : 0 }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, MOST)
}

function toRequest({ archives: wanted, ...filter }: Asked): RankedRequest {
  const owners = wanted.map((index) => archives[index]?.id ?? '')
  return {
    index: 'passage',
    namespace: 'default',
    query: '',
    now: '2026-03-31T12:00:00.000Z',
    timezone: 'UTC',
    limit: MOST,
    offset: 0,
    upTo: undefined,
    filter: { ...filter, owners, scopes: owners.map((id) => passageScope('default', id, false)) },
  }
}

describe.each([
  ['without an in-memory index', { budgetBytes: 0, fewestRows: 0, few: 0 }, 0],
  ['by int8', { budgetBytes: EVERYTHING, fewestRows: 0, few: 0 }, 3],
  ['by int8, narrow filters apart', { budgetBytes: EVERYTHING, fewestRows: 0, few: 15 }, 3],
  ['by binary codes', { budgetBytes: 7_000, fewestRows: 0, few: 0 }, 1],
] as const)('vectors %s', (_how, { few, ...options }, minIndexes) => {
  let indexes: MemoryIndexes
  beforeEach(() => {
    indexes = createMemoryIndexes({
      reads: openVectorReads(handle),
      manyRows: EVERYTHING,
      ...options,
    })
  })

  async function find(query: Float32Array, wanted: Asked) {
    const request = toRequest(wanted)
    const sets = request.filter.owners.map((owner) => {
      const row = archives.find(({ id }) => id === owner)?.set ?? 0
      return { row, owner, handle: HANDLE }
    })
    const { lists } = await findByMeaning(
      request,
      { sets, questions: [{ handle: HANDLE, vector: query, weight: 1 }], upTo: undefined },
      {
        reads: openVectorReads(handle),
        indexes,
        most: MOST,
        few,
        patienceMilliseconds: 60_000,
        untilProven: true,
      },
    )
    return lists.flatMap(({ entries }) => entries)
  }

  test('find exactly the same as a full scan, for any query after any changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 6 }),
        asked,
        fc.integer(),
        async (changes, wanted, seed) => {
          for (const one of changes) await make(one)
          const query = randomVector(seededRandom(seed), DIMENSION)
          expect(await find(query, wanted)).toEqual(expected(query, wanted))
        },
      ),
      { numRuns: 60 },
    )
    expect(indexes.count).toBeGreaterThanOrEqual(minIndexes)
  })

  test('are found after the log dropped deletions that an in-memory index had not seen', async () => {
    const all: Asked = { archives: [0, 1, 2], includeSuperseded: true }
    const query = randomVector(random, DIMENSION)
    expect(await find(query, all)).toEqual(expected(query, all))
    for (let count = 0; count < 5; count += 1) await make('remove vector')
    writer.forgetDeletions()
    for (let count = 0; count < 5; count += 1) await make('replace vector')
    expect(await find(query, all)).toEqual(expected(query, all))
  })
})
