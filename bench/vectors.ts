import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import {
  type CodesKind,
  createBitCodes,
  createInt8Codes,
  createKernel,
  createVectorIndex,
  rankRows,
} from '../src/vector/vector-index.ts'
import { describeMachine, median, withScratch } from './support.ts'
import { createCollection } from './vectors/collection.ts'
import { hydrate } from './vectors/hydrate.ts'
import { makeUpVectors } from './vectors/made-up-vectors.ts'

/*
 * Finding the ten nearest of many vectors: sqlite-vec's vec0 and a loop in JavaScript beside the index by bytes and by
 * bits, whose candidates are read from the database and scored exactly. Every query goes to all in turn, so that they
 * share their luck. --large: a million vectors, ours alone.
 */
const { values: options } = parseArgs({ options: { large: { type: 'boolean', default: false } } })
const ROWS = options.large ? 1_000_000 : 100_000
const QUERIES = options.large ? 30 : 60
const DIMENSION = 768
const LIMIT = 10
const MEAN_OF = 10_000
const SEED = 7

await withScratch(async (directory) => {
  const made = makeUpVectors(DIMENSION, SEED)
  const queries = Array.from({ length: QUERIES }, () => made.query())
  const sample = Array.from({ length: MEAN_OF }, () => made.row())
  const mean = Float32Array.from({ length: DIMENSION }, (_, at) =>
    sample.reduce((sum, vector) => sum + (vector[at] ?? 0) / MEAN_OF, 0),
  )
  const codes = { int8: createInt8Codes(DIMENSION), bits: createBitCodes(mean) }
  console.log(`${ROWS} × ${DIMENSION}, ${QUERIES} queries, top ${LIMIT}; ${describeMachine()}`)

  const collection = createCollection({
    file: join(directory, 'bench.db'),
    dimension: DIMENSION,
    codes,
    queries,
    limit: LIMIT,
    withRivals: !options.large,
  })
  for (let row = 1; row <= ROWS; row += 1) collection.add(row, made.row())
  collection.finish()

  const kernel = createKernel()
  const engines: Engine[] = options.large
    ? []
    : [
        {
          name: 'sqlite-vec vec0, float32',
          search: async (query) => ({ rows: collection.vec0(query) }),
        },
        {
          name: 'loop in JavaScript, float32',
          search: async (query) => {
            const ranked = rankRows(query, collection.inMemory(), LIMIT)
            return { rows: ranked.map(({ row }) => row) }
          },
        },
      ]
  for (const kind of ['int8', 'bits'] as const) {
    const before = process.memoryUsage.rss()
    const index = createVectorIndex(codes[kind], kernel)
    const { milliseconds, longest } = hydrate(collection.database, kind, index)
    const grown = process.memoryUsage.rss() - before
    console.log(
      `${kind.padEnd(5)} hydrated in ${milliseconds.toFixed(0)} ms (longest step ${longest.toFixed(1)} ms); index ${inMegabytes(index.bytes())} MB, process grew by ${inMegabytes(grown)} MB`,
    )
    engines.push({
      name: `${kind} by ${kernel.instructions}, rescored`,
      kind,
      async search(query) {
        const answer = await index.search(query, { limit: LIMIT, fetch: collection.fetch })
        return { ...answer, rows: answer.rows.map(({ row }) => row) }
      },
    })
  }

  const results = await run(engines, queries, collection.nearest())
  for (const result of results) printResult(result, results[0])
  printBars(results)
  collection.close()
})

interface Answer {
  readonly rows: readonly number[]
  readonly certainty?: string
  readonly fetched?: number
}

interface Engine {
  readonly name: string
  readonly kind?: CodesKind
  search(query: Float32Array): Promise<Answer>
}

interface Result {
  readonly name: string
  readonly kind?: CodesKind | undefined
  readonly milliseconds: readonly number[]
  readonly recall: number
  readonly proven: number
  readonly fetched: number
}

async function run(
  engines: readonly Engine[],
  queries: readonly Float32Array[],
  nearest: readonly (readonly number[])[],
): Promise<readonly Result[]> {
  const answers = engines.map(() => [] as { milliseconds: number; answer: Answer }[])
  for (const engine of engines) for (const query of queries.slice(0, 3)) await engine.search(query)
  for (const query of queries) {
    for (const [index, engine] of engines.entries()) {
      const start = performance.now()
      const answer = await engine.search(query)
      answers[index]?.push({ milliseconds: performance.now() - start, answer })
    }
  }
  return engines.map(({ name, kind }, index) => {
    const given = answers[index] ?? []
    const right = given.map(
      ({ answer }, query) => answer.rows.filter((row) => nearest[query]?.includes(row)).length,
    )
    return {
      name,
      kind,
      milliseconds: given.map(({ milliseconds }) => milliseconds),
      recall: average(right) / LIMIT,
      proven: average(given.map(({ answer }) => (answer.certainty === 'proven' ? 1 : 0))),
      fetched: average(given.map(({ answer }) => answer.fetched ?? 0)),
    }
  })
}

function printResult(result: Result, yardstick: Result | undefined): void {
  const middle = median(result.milliseconds)
  const ratio = median(yardstick?.milliseconds ?? []) / middle
  console.log(
    `${result.name.padEnd(30)} p50 ${middle.toFixed(2).padStart(7)} ms  min ${Math.min(
      ...result.milliseconds,
    )
      .toFixed(2)
      .padStart(7)}  max ${Math.max(...result.milliseconds)
      .toFixed(1)
      .padStart(
        6,
      )}  ${ratio.toFixed(1).padStart(5)}×  recall@${LIMIT} ${result.recall.toFixed(4)}${result.kind ? `  proven ${(result.proven * 100).toFixed(0)} %, ${result.fetched.toFixed(0)} vectors read` : ''}`,
  )
}

function printBars(results: readonly Result[]): void {
  const [first] = results
  for (const { name, kind, milliseconds, recall, proven } of results) {
    if (!kind || !first) continue
    const isFast = options.large
      ? median(milliseconds) <= 60
      : median(first.milliseconds) / median(milliseconds) >= 15
    const isRight = recall >= 0.99 || proven === 1
    const bar = options.large ? 'p50 ≤ 60 ms' : '15 times faster than vec0'
    console.log(`${name}: ${bar} ${verdict(isFast)}, recall ≥ 0.99 or proven ${verdict(isRight)}`)
  }
  console.log(
    options.large
      ? 'bars for memory: int8 below 900 MB, bits below 200 MB'
      : 'bars for memory and hydration: 150 MB, 250 ms',
  )
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED'
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function inMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
