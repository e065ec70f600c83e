import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { callTool } from '../shared/call-tool.ts'
import {
  BINARY,
  environment,
  median,
  percentile,
  type StdioClient,
  startStdioClient,
} from '../support.ts'
import { openPlain, type Plain } from './plain.ts'
import { agentName, type Case, type Stores } from './stores.ts'
import { createWriter, type Writer } from './text.ts'

/** Times in milliseconds, sizes in bytes. */
export interface Figures {
  readonly p50: number
  readonly p95: number
  /** First search of a server that has just answered `initialize`. */
  readonly first: number
  /** How long the event loop stood still at most. */
  readonly searchBlock: number
  readonly insertBlock: number
  /** For 1,000 passages in 10 calls. */
  readonly insert: number
  readonly size: number
  readonly plainP50: number
  readonly plainP95: number
  readonly plainInsert: number
  readonly plainSize: number
}

const QUESTIONS = 200
/** A slow search stops after `SECONDS`, but answers at least these. */
const MIN_QUESTIONS = 15
const SECONDS = 30
const STARTS = 3
const WARM_UP = 5
const INSERT_CALLS = 10
const TEXTS_PER_CALL = 100
const SEED = 11

interface AskedOf {
  readonly agent: number
  readonly question: string
}

/** Measures copies of the stores in `scratch`, which grow while they are measured. */
export async function measure(
  of: Case,
  stores: Stores,
  corpus: string,
  scratch: string,
): Promise<Figures> {
  const writer = createWriter(corpus, SEED)
  const home = join(scratch, 'home')
  const folder = join(scratch, 'plain')
  cpSync(stores.recollect, join(home, 'data'), { recursive: true })
  cpSync(stores.plain, folder, { recursive: true })
  const sizes = { size: sizeOf(join(home, 'data')), plainSize: sizeOf(folder) }
  const plain = openPlain(folder)
  const questions = questionsAbout(plain, of, writer)
  const [warmUp, asked] = [questions.slice(0, WARM_UP), questions.slice(WARM_UP)]

  for (const { agent, question } of warmUp) plain.search(agent, question)
  const plainTimes = await timeEach(asked, ({ agent, question }) => plain.search(agent, question))
  const [plainInsert] = await timeEach([0], () => {
    for (const texts of batches(writer)) plain.insert(0, texts)
  })
  plain.close()

  const ours = await measureServer(home, warmUp, asked, writer)
  rmSync(scratch, { recursive: true })
  return {
    ...sizes,
    ...ours,
    plainP50: percentile(plainTimes, 0.5),
    plainP95: percentile(plainTimes, 0.95),
    plainInsert: plainInsert ?? Number.NaN,
  }
}

async function measureServer(
  home: string,
  warmUp: readonly AskedOf[],
  asked: readonly AskedOf[],
  writer: Writer,
) {
  const firsts: number[] = []
  for (const one of warmUp.slice(0, STARTS)) {
    const server = await startWatched(home)
    firsts.push(...(await timeEach([one], (question) => search(server.client, question))))
    await server.client.stop()
  }
  const { client, longestBlock } = await startWatched(home)
  try {
    for (const one of warmUp) await search(client, one)
    await longestBlock()
    const times = await timeEach(asked, (one) => search(client, one))
    const searchBlock = await longestBlock()
    const inserts = batches(writer)
    const insertTimes = await timeEach(inserts, (texts) =>
      callTool(client, 'insert_archival', { agent: agentName(0), texts }),
    )
    if (insertTimes.length !== inserts.length) throw new Error('inserting took too long')
    return {
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      first: median(firsts),
      searchBlock,
      insert: insertTimes.reduce((sum, time) => sum + time, 0),
      insertBlock: await longestBlock(),
    }
  } finally {
    await client.stop()
  }
}

function search(client: StdioClient, { agent, question }: AskedOf) {
  return callTool(client, 'search_archival', { agent: agentName(agent), query: question })
}

/** One after the other, until the time is up. */
async function timeEach<T>(
  items: readonly T[],
  work: (item: T) => unknown,
): Promise<readonly number[]> {
  const times: number[] = []
  const end = performance.now() + SECONDS * 1_000
  for (const item of items) {
    if (times.length >= MIN_QUESTIONS && performance.now() > end) break
    const start = performance.now()
    await work(item)
    times.push(performance.now() - start)
  }
  return times
}

/** About passages from all over the store. */
function questionsAbout(plain: Plain, of: Case, writer: Writer): readonly AskedOf[] {
  const count = WARM_UP + QUESTIONS
  const total = of.agents * of.passages
  return Array.from({ length: count }, (_, index) => {
    // A prime stride visits the store out of order, so that one agent is not asked many times in a row.
    const { agent, text } = plain.passage(1 + ((index * 7_919) % total))
    return { agent, question: writer.question(text) }
  })
}

function batches(writer: Writer): readonly (readonly string[])[] {
  return Array.from({ length: INSERT_CALLS }, () =>
    Array.from({ length: TEXTS_PER_CALL }, () => writer.passage()),
  )
}

/** A server that tells how long its event loop stood still at most since it was last asked. */
async function startWatched(home: string) {
  const file = join(home, 'loop.json')
  const watch = join(process.cwd(), 'bench/search/watch-loop.cjs')
  const client = startStdioClient(
    [process.execPath, '--require', watch, BINARY, 'stdio'],
    environment(home, { BENCH_LOOP_FILE: file }),
  )
  await client.initialize()
  return {
    client,
    async longestBlock(): Promise<number> {
      rmSync(file, { force: true })
      client.signal('SIGUSR2')
      while (!existsSync(file)) await sleep(5)
      return JSON.parse(readFileSync(file, 'utf8')).longest
    },
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
}
