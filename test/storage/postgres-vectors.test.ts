import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AgentId, ArchiveId } from '../../src/core/ids.ts'
import type { PassageSearch } from '../../src/storage/port/store.ts'
import { dotProduct } from '../../src/vector/codes/float32.ts'
import type { TestStorage } from '../support/own-database.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import { openPostgresTestStorage } from '../support/postgres-stores.ts'
import { at, insertAgent, insertArchive, insertPassages, seededRandom } from '../support/stores.ts'
import { embedAs, randomVector } from '../support/vectors.ts'

/* A set too large for a full scan: binary codes are compared, or an HNSW index is built and used. */

const HANDLE = 'test/model'
/** That of no other file, as indexes are looked for on the whole server. */
const DIMENSION = 23
const PASSAGES = 2_400
const AT_ONCE = 400
const LATER = at(3_600)

let opened: TestStorage
let agent: AgentId
let archive: ArchiveId
const random = seededRandom(5)
const vectors = new Map<string, Float32Array>()

const tagsOf = (number: number) => [
  ...(number % 2 === 0 ? ['half'] : []),
  ...(number % 100 === 0 ? ['rare'] : []),
]
const numberOf = (text: string) => Number(text.slice('number '.length))

const WAYS = [
  { how: 'binary', setSizes: undefined },
  { how: 'an index', setSizes: { few: 2_000, many: 2_000 } },
] as const

describe.skipIf(TEST_SERVER === undefined).each(WAYS)(
  'a large set of vectors in PostgreSQL, searched by $how',
  ({ how, setSizes }) => {
    beforeAll(async () => {
      vectors.clear()
      opened = await openPostgresTestStorage({ setSizes })
      const store = opened.storage.in('default')
      agent = (await insertAgent(store)).id
      archive = await insertArchive(store, agent)
      await store.transaction((tx) =>
        tx.vectors.embedWith({ kind: 'archive', id: archive }, HANDLE, at()),
      )
      for (let first = 0; first < PASSAGES; first += AT_ONCE) {
        const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index)
        await insertPassages(
          store,
          archive,
          numbers.map((number) => ({ text: `number ${number}`, tags: tagsOf(number) })),
        )
      }
      await embedAll()
    }, 120_000)
    afterAll(() => opened.close())

    async function embedAll(): Promise<void> {
      const { embeddings } = opened.storage
      for (;;) {
        const { batch, progressed } = await embeddings.claim({
          handle: HANDLE,
          owner: 'me',
          now: at(),
          expiresAt: LATER,
          mostTasks: AT_ONCE,
          mostCharacters: 1_000_000,
        })
        if (!progressed) return
        if (!batch) continue
        const outcomes = batch.tasks.map((task) => {
          const vector = randomVector(random, DIMENSION)
          vectors.set(task.text, vector)
          return { kind: 'vector' as const, task, vector }
        })
        await embeddings.finish(batch.lease, { outcomes, retryAt: LATER })
      }
    }

    async function nearest(vector: Float32Array, more: Partial<PassageSearch> = {}) {
      const { items } = await opened.storage.in('default').passages.search(
        agent,
        {
          // Nobody wrote it, so that vectors alone answer.
          query: 'unwritten5',
          limit: 10,
          ...more,
        },
        embedAs(HANDLE, vector),
      )
      return items.map(({ item }) => item.text)
    }

    function expected(vector: Float32Array, passes: (number: number) => boolean, limit = 10) {
      return [...vectors]
        .filter(([text]) => passes(numberOf(text)))
        .map(([text, other]) => ({ text, score: dotProduct(vector, other) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(({ text }) => text)
    }

    async function isIndexed(): Promise<boolean> {
      const client = new pg.Client({ connectionString: TEST_SERVER })
      await client.connect()
      const { rows } = await client.query(
        `SELECT 1 FROM pg_class JOIN pg_index ON indexrelid = oid
       WHERE relname = 'entry_vector_near_${DIMENSION}' AND indisvalid`,
      )
      await client.end()
      return rows.length > 0
    }

    const questions = Array.from({ length: 20 }, () => randomVector(random, DIMENSION))
    const everything = () => true

    test('has an index built only if it is large enough for one', async () => {
      const [first] = questions
      if (!first) throw new Error('there is no question')
      await nearest(first)
      const isBuilt = how === 'an index'
      await vi.waitFor(async () => expect(await isIndexed()).toBe(isBuilt), {
        timeout: 25_000,
        interval: 200,
      })
    })

    test('is searched nearly as exactly as by a full scan', async () => {
      let found = 0
      for (const question of questions) {
        const right = expected(question, everything)
        found += (await nearest(question)).filter((text) => right.includes(text)).length
      }
      expect(found / questions.length / 10).toBeGreaterThanOrEqual(0.95)
    })

    test('returns full pages, however much a filter excludes', async () => {
      for (const question of questions) {
        const half = await nearest(question, { tags: ['half'], limit: 50 })
        expect(half).toHaveLength(50)
        expect(half.every((text) => numberOf(text) % 2 === 0)).toBe(true)
        const rare = await nearest(question, { tags: ['rare'], limit: 50 })
        expect(rare).toEqual(expected(question, (number) => number % 100 === 0, 50))
      }
    })

    test('superseded or deleted passages are not found, and their successors are', async () => {
      const store = opened.storage.in('default')
      const [question] = questions
      if (!question) throw new Error('there is no question')
      const { items } = await store.passages.search(
        agent,
        { query: 'unwritten5', limit: 2 },
        embedAs(HANDLE, question),
      )
      const [first, second] = items.map(({ item }) => item)
      if (!first || !second) throw new Error('nothing was found')
      const [newer] = await insertPassages(store, archive, [{ text: 'number 9999' }])
      if (!newer) throw new Error('nothing was inserted')
      await store.transaction(async (tx) => {
        await tx.passages.supersede(agent, first.id, newer.id, at())
        await tx.passages.delete(agent, second.id, at())
      })
      await embedAll()
      const replaced = vectors.get('number 9999')
      const found = await nearest(question)
      expect(found).not.toContain(first.text)
      expect(found).not.toContain(second.text)
      expect(found).toHaveLength(10)
      expect(replaced && (await nearest(replaced))[0]).toBe('number 9999')
    })
  },
)
