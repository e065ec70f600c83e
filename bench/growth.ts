import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { openStorage } from '../src/app/data.ts'
import { type App, assemble } from '../src/assemble/assemble.ts'
import { readConfig } from '../src/config/read-config.ts'
import { defaultConversation } from '../src/core/conversation.ts'
import type { AgentId } from '../src/core/ids.ts'
import type { Store } from '../src/storage/port/store.ts'
import { callTool, startScriptedProvider } from '../test/support/scripted-provider.ts'
import {
  at,
  insertAgent,
  insertArchive,
  seededRandom,
  someAgent,
  somePassage,
  someRun,
  userSays,
} from '../test/support/stores.ts'
import { describeMachine, median, withScratch } from './support.ts'

/*
 * How what a user waits for grows with the number of agents, and with the passages, messages and runs of one of them.
 * A slope is the exponent of the growth from the smallest size to the largest: 0 is none, 1 is in proportion. The
 * database is the PostgreSQL that RECOLLECT_TEST_POSTGRES names, else a file.
 */

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    kinds: { type: 'string', default: 'agents,passages,messages,runs' },
  },
})
const SIZES = values.sizes.split(',').map(Number)
const AT_ONCE = 500
const TIMES = 15
const WARM_UP = 3
const WORDS = 20_000
const WORDS_OF_A_TEXT = 25
/** Messages that an agent has in its context. */
const IN_SIGHT = 40

const random = seededRandom(9)
/** Few words are used much, most hardly ever, as in any language. */
const word = () => `word${Math.floor(WORDS ** random())}`
const text = () => Array.from({ length: WORDS_OF_A_TEXT }, word).join(' ')

const SEEDS: Readonly<
  Record<string, (store: Store, agent: AgentId, count: number) => Promise<void>>
> = {
  agents: (store, _agent, count) =>
    inBatches(count, (some) =>
      store.transaction(async (tx) => {
        for (const index of some) await tx.agents.insert(someAgent({ name: `agent ${index}` }))
      }),
    ),
  async passages(store, agent, count) {
    const archive = await insertArchive(store, agent)
    await inBatches(count, (some) =>
      store.transaction(async (tx) => {
        const passages = some.map(() => somePassage(archive, { text: text() }))
        await tx.passages.insert(passages, at())
      }),
    )
  },
  async messages(store, agent, count) {
    await inBatches(count, (some) =>
      store.transaction((tx) =>
        tx.messages.append(
          agent,
          some.map(() => userSays(text())),
        ),
      ),
    )
    // As after compaction.
    const from = Math.max(0, count - IN_SIGHT)
    await store.transaction((tx) =>
      tx.conversations.setContext(defaultConversation(agent), { from, pressureTold: false }, at()),
    )
  },
  runs: (store, agent, count) =>
    inBatches(count, (some) =>
      store.transaction(async (tx) => {
        for (const _ of some) {
          const run = someRun(agent)
          await tx.runs.insert(run)
          const ended = { status: 'completed', stopReason: 'end_turn', error: null } as const
          await tx.runs.finish(run.id, { ...ended, at: at() })
        }
      }),
    ),
}

const ACTIONS: Readonly<Record<string, (app: App, agent: AgentId) => Promise<unknown>>> = {
  'answer a message': async ({ context }, agent) => {
    const sent = await context.runs.send({ agent, text: text() })
    await context.runs.wait(sent.run.id, 60_000, new AbortController().signal)
  },
  'list agents': ({ context }) => context.agents.list({ limit: 20 }),
  'look into the context': ({ context }, agent) => context.agents.inspect(agent),
  'insert a passage': ({ context }, agent) => context.archival.insert(agent, [text()], {}),
  'search the archive': ({ context }, agent) =>
    context.archival.search(agent, { query: `${word()} ${word()} ${word()}`, limit: 10 }),
  'search the conversation': ({ context }, agent) =>
    context.recall.search(agent, { query: `${word()} ${word()} ${word()}`, limit: 10 }),
  'list runs': ({ context }, agent) => context.runs.list({ agent, limit: 20 }),
}

const model = await startScriptedProvider()
model.respondWith(() => callTool('send_message', { message: 'Noted.' }))
try {
  console.log(`${describeMachine()}; median ms of ${TIMES}`)
  for (const kind of values.kinds.split(',')) await measureKind(kind)
} finally {
  await model.close()
}

async function measureKind(kind: string): Promise<void> {
  const seed = SEEDS[kind]
  if (!seed) throw new Error(`nothing grows by ${kind}`)
  const rows = new Map<string, number[]>(Object.keys(ACTIONS).map((name) => [name, []]))
  for (const size of SIZES) {
    const began = performance.now()
    await withDatabase(async (app, store) => {
      const { id } = await insertAgent(store, { name: 'the one' })
      await seed(store, id, size)
      console.error(`${size} ${kind} after ${((performance.now() - began) / 1_000).toFixed(0)} s`)
      for (const [name, action] of Object.entries(ACTIONS)) {
        const times: number[] = []
        for (let turn = 0; turn < WARM_UP + TIMES; turn += 1) {
          const start = performance.now()
          await action(app, id)
          if (turn >= WARM_UP) times.push(performance.now() - start)
        }
        rows.get(name)?.push(median(times))
      }
    })
  }
  const table = [...rows].map(([name, times]) => [
    name,
    {
      ...Object.fromEntries(times.map((time, index) => [String(SIZES[index]), time.toFixed(1)])),
      slope: slopeOf(times).toFixed(2),
    },
  ])
  console.log(`\n${kind}:`)
  console.table(Object.fromEntries(table))
}

function slopeOf(times: readonly number[]): number {
  const [first = Number.NaN, last = Number.NaN] = [times[0], times.at(-1)]
  const [least = Number.NaN, most = Number.NaN] = [SIZES[0], SIZES.at(-1)]
  return Math.log(last / first) / Math.log(most / least)
}

async function inBatches(
  count: number,
  write: (indices: readonly number[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from)
    await write(Array.from({ length }, (_, index) => from + index))
  }
}

async function withDatabase(work: (app: App, store: Store) => Promise<void>): Promise<void> {
  await withScratch(async (home) => {
    const server = process.env.RECOLLECT_TEST_POSTGRES
    const name = `growth_${randomBytes(6).toString('hex')}`
    if (server) await query(server, `CREATE DATABASE ${name}`)
    const url = server ? new URL(`/${name}`, server).href : `file:${home}/growth.db`
    const config = readConfig(
      {},
      {
        RECOLLECT_HOME: home,
        RECOLLECT_DATABASE_URL: url,
        OPENAI_BASE_URL: model.baseUrl,
        RECOLLECT_MODEL: 'openai/instant',
      },
    )
    const storage = await openStorage(config)
    const app = await assemble(config, () => undefined, storage)
    await work(app, storage.in('default')).finally(app.close)
    if (server) await query(server, `DROP DATABASE ${name} WITH (FORCE)`)
  })
}

async function query(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(sql)
  await client.end()
}
