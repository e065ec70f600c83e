import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { PassageSearch } from '../../src/storage/port/store.ts'
import { embedAs } from '../../test/support/vectors.ts'
import { table } from '../shared/table.ts'
import { describeMachine, percentile } from '../support.ts'
import { openPlain } from './plain.ts'
import { DIMENSION, HANDLE, seed, someWords } from './seed.ts'

/*
 * Searches in PostgreSQL beside plain SQL with pgvector on the same data: time, and how many of the ten that are nearest
 * are found; with filters also whether as many are found as there are.
 */
const USAGE = `RECOLLECT_TEST_POSTGRES=postgres://… npm run bench -- postgres-search [--passages 100000] [--archives 1]
  scripts/postgres.sh start starts a server and prints its address. --archives parts the passages among so many.`

const QUESTIONS = 200
const WARM_UP = 20
const [WANTED, POOL] = [10, 50]
const WORDS_OF_A_QUESTION = 6
const FILTERS = ['ten', 'hundred', 'thousand']

const { values } = parseArgs({
  options: {
    passages: { type: 'string', default: '100000' },
    archives: { type: 'string', default: '1' },
  },
})
const [passages, archives] = [Number(values.passages), Number(values.archives)]
const server = process.env.RECOLLECT_TEST_POSTGRES
if (server === undefined || !(passages > 0) || !(archives > 0)) {
  console.error(USAGE)
  process.exit(2)
}

const seeded = await seed(server, passages, archives)
const client = await seeded.pool.connect()
try {
  await measure()
} finally {
  client.release()
  await seeded.close()
}

async function measure(): Promise<void> {
  const { pool, store, agents, vectors, inserting } = seeded
  console.log(
    `${passages} passages × ${DIMENSION} in ${archives} archives; ${describeMachine()}\n` +
      `inserted with their words at ${(passages / inserting).toFixed(0)} passages a second`,
  )
  const plain = openPlain(client)
  await plain.buildIndexes()
  const questions = Array.from({ length: WARM_UP + QUESTIONS }, (_, number) => ({
    agent: number % agents.length,
    words: someWords(WORDS_OF_A_QUESTION),
    vector: vectors.query(),
  }))
  type Question = (typeof questions)[number]
  const { rows } = await pool.query('SELECT row::integer, id FROM passage')
  const rowOf = new Map<string, number>(rows.map(({ row, id }) => [id, row]))
  const ours = async (question: Question, more: Partial<PassageSearch> = {}) => {
    const agent = agents[question.agent]
    if (!agent) throw new Error('there is no such agent')
    const { items } = await store.passages.search(
      agent,
      {
        // A word that nobody wrote, and that is like none: vectors alone answer.
        query: '5',
        limit: WANTED,
        ...more,
      },
      question.vector.length > 0 ? embedAs(HANDLE, question.vector) : undefined,
    )
    return items.map(({ item }) => rowOf.get(item.id) ?? 0)
  }

  // The first search notices that an index is wanted.
  for (const question of questions.slice(0, 3)) await ours(question)
  await indexBuilt(pool)
  await pool.query('VACUUM ANALYZE passage_words, entry_vector, passage, plain')
  const exact: (readonly number[])[] = []
  for (const { agent, vector } of questions) exact.push(first(await plain.exact(agent, vector)))
  const inOne = (question: Question) => ours(question, { query: question.words })
  const ways: readonly (readonly [string, (question: Question) => Promise<readonly number[]>])[] = [
    ['plain vectors, ef_search 800', ({ agent, vector }) => plain.nearest(agent, vector, 800)],
    ['plain vectors, ef_search 100', ({ agent, vector }) => plain.nearest(agent, vector, 100)],
    ['ours, vectors alone', ({ agent, vector }) => seeded.nearest(agent, vector)],
    ['ours, a search by vectors alone', (question) => ours(question)],
    ['plain words and vectors', ({ agent, vector, words }) => plain.hybrid(agent, words, vector)],
    ['ours, words and vectors', inOne],
    [
      'ours, words alone',
      ({ agent, words }) => ours({ agent, words, vector: new Float32Array() }, { query: words }),
    ],
  ]
  const lines = [['', 'p50 ms', 'p95 ms', `recall@${WANTED}`]]
  for (const [name, search] of ways) {
    const { times, found } = await timeEach(questions, search)
    const recall = name.includes('words') ? '' : recallOf(found, exact).toFixed(3)
    lines.push([name, ...[0.5, 0.95].map((at) => percentile(times, at).toFixed(2)), recall])
  }
  console.log(`\n${table(lines)}`)
  await measureFilters(questions.slice(WARM_UP, WARM_UP + 50))

  async function measureFilters(some: readonly Question[]): Promise<void> {
    const rows = [['filter', 'p50 ms', 'p95 ms', 'short', `recall@${WANTED}`]]
    for (const tag of FILTERS) {
      const right: (readonly number[])[] = []
      for (const { agent, vector } of some) right.push(await plain.exact(agent, vector, tag))
      const { times, found } = await timeEach(
        some,
        (question) => ours(question, { tags: [tag], matchAllTags: false, limit: POOL }),
        0,
      )
      const short = found.filter((one, at) => one.length < (right[at]?.length ?? 0)).length
      rows.push([
        `one in a ${tag}`,
        ...[0.5, 0.95].map((at) => percentile(times, at).toFixed(2)),
        `${short} of ${found.length}`,
        recallOf(found.map(first), right.map(first)).toFixed(3),
      ])
    }
    console.log(`\n${table(rows)}`)
  }
}

function first(rows: readonly number[]): readonly number[] {
  return rows.slice(0, WANTED)
}

function recallOf(
  found: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
): number {
  const skipped = right.length - found.length
  const shares = found.map((one, at) => {
    const wanted = right[at + skipped] ?? []
    return wanted.length === 0
      ? 1
      : wanted.filter((row) => one.includes(row)).length / wanted.length
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

async function timeEach<Asked>(
  questions: readonly Asked[],
  search: (question: Asked) => Promise<readonly number[]>,
  warmUp = WARM_UP,
) {
  const times: number[] = []
  const found: (readonly number[])[] = []
  for (const [at, question] of questions.entries()) {
    const start = performance.now()
    const one = await search(question)
    if (at < warmUp) continue
    times.push(performance.now() - start)
    found.push(one)
  }
  return { times, found }
}

/** Where none was asked for, there is nothing to wait for. */
async function indexBuilt(pool: (typeof seeded)['pool']): Promise<void> {
  const start = performance.now()
  await sleep(1_000)
  for (;;) {
    const { rows } = await pool.query(
      `SELECT indisvalid AS valid, pg_relation_size(indexrelid)::float8 AS bytes FROM pg_index
       WHERE indexrelid = to_regclass('entry_vector_near_${DIMENSION}')`,
    )
    if (rows.length === 0) return
    if (rows[0].valid === true) {
      const seconds = ((performance.now() - start) / 1_000).toFixed(0)
      console.log(
        `index built in ${seconds} s beside searches, ${(rows[0].bytes / 1e6).toFixed(0)} MB`,
      )
      return
    }
    await sleep(200)
  }
}
