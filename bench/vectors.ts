import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type DatabaseHandle from 'better-sqlite3'
import { openVectorReads } from '../src/storage/sqlite/vector-reads.ts'
import { createMemoryIndexes } from '../src/storage/vectors/memory-indexes.ts'
import { type CodesKind, rankRows } from '../src/vector/vector-index.ts'
import { describeMachine, median, withScratch } from './support.ts'
import { createCollection, SET } from './vectors/collection.ts'
import { makeUpVectors } from './vectors/made-up-vectors.ts'

/*
 * Finding the ten nearest of many vectors: sqlite-vec's vec0 and a loop in JavaScript beside the in-memory indexes of Recollect, by
 * int8 and by binary codes, as its memory allows: brought up to date before each search, their candidates read from the
 * database and scored exactly. Every query goes to all in turn, so that they share their luck. --large: a million
 * vectors, ours alone.
 */
const { values: options } = parseArgs({ options: { large: { type: 'boolean', default: false } } })
const ROWS = options.large ? 1_000_000 : 100_000
const QUERIES = options.large ? 30 : 60
const DIMENSION = 768
const LIMIT = 10
/** In bytes: as much as the one needs, and as little as leaves the other. */
const BUDGETS = { int8: ROWS * 1_200, binary: ROWS * 250 }
const SEED = 7

await withScratch(async (directory) => {
  const made = makeUpVectors(DIMENSION, SEED)
  const queries = Array.from({ length: QUERIES }, () => made.query())
  console.log(`${ROWS} × ${DIMENSION}, ${QUERIES} queries, top ${LIMIT}; ${describeMachine()}`)

  const collection = await createCollection({
    directory,
    dimension: DIMENSION,
    queries,
    limit: LIMIT,
    withRivals: !options.large,
  })
  for (let row = 1; row <= ROWS; row += 1) await collection.add(row, made.row())
  await collection.finish()

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
  for (const kind of ['int8', 'binary'] as const) {
    const before = process.memoryUsage.rss()
    const indexes = createMemoryIndexes({
      reads: openVectorReads(collection.database),
      budgetBytes: BUDGETS[kind],
      fewestRows: 0,
      manyRows: Number.MAX_SAFE_INTEGER,
    })
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const used = process.cpuUsage()
    const start = performance.now()
    const filled = await indexes.use(SET, async (index) => index.kind)
    const milliseconds = performance.now() - start
    const busy = processorMilliseconds(used)
    delay.disable()
    if (filled !== kind) throw new Error(`the in-memory index is by ${filled}`)
    const grown = process.memoryUsage.rss() - before
    console.log(
      `${kind.padEnd(5)} filled in ${milliseconds.toFixed(0)} ms, ${busy} of them busy (event loop kept for ${(delay.max / 1e6).toFixed(1)} ms at most); in-memory index ${inMegabytes(indexes.bytes())} MB, process grew by ${inMegabytes(grown)} MB`,
    )
    engines.push({
      name: `in-memory index by ${kind}, rescored`,
      kind,
      async search(query) {
        const answer = await indexes.use(SET, (index) => index.search(query, { limit: LIMIT }))
        if (!answer) throw new Error('there is no in-memory index')
        return { ...answer, rows: answer.rows.map(({ row }) => row) }
      },
    })
  }

  await fillAsServersDo(collection.database)
  const results = await run(engines, queries, collection.nearest())
  for (const result of results) printResult(result, results[0])
  printBars(results)
  collection.close()
})

/** With room for both, binary codes serve while int8 codes load. */
async function fillAsServersDo(database: DatabaseHandle.Database): Promise<void> {
  const indexes = createMemoryIndexes({
    reads: openVectorReads(database),
    budgetBytes: BUDGETS.int8,
    fewestRows: 0,
    manyRows: 0,
  })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const used = process.cpuUsage()
  const start = performance.now()
  const kindNow = () => indexes.use(SET, async (index) => index.kind)
  const first = await kindNow()
  const ready = performance.now() - start
  const busy = processorMilliseconds(used)
  while ((await kindNow()) !== 'int8') await setImmediate()
  const refined = performance.now() - start
  delay.disable()
  console.log(
    `with room for both: by ${first} after ${ready.toFixed(0)} ms, ${busy} of them busy, by int8 after ${refined.toFixed(0)} ms (event loop kept for ${(delay.max / 1e6).toFixed(1)} ms at most): bar for the first ≤ 250 ms ${verdict(ready <= 250)}`,
  )
}

/** Processor time of this process since `before`: the only fair figure on a machine that others keep busy. */
function processorMilliseconds(before: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / 1_000).toFixed(0)
}

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
      ? 'bars for memory: int8 below 900 MB, binary below 200 MB'
      : 'bar for memory: 150 MB',
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
