import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { type ServeProcess, startServe } from '../test/support/connect.ts'
import {
  callTool as askFor,
  delay,
  startScriptedProvider,
} from '../test/support/scripted-provider.ts'
import { processorOf } from './shared/process-usage.ts'
import { type Environment, environment, median, percentile, withScratch } from './support.ts'

/*
 * Many agents are sent messages at once through several servers on one database, with a model that takes its time:
 * how much of what its latency and the configured concurrency allow is reached; with --latency 0, how many messages a
 * second. The database is the PostgreSQL that
 * RECOLLECT_TEST_POSTGRES names, else a file.
 */

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '5' },
    servers: { type: 'string', default: '3' },
    runs: { type: 'string', default: '16' },
    latency: { type: 'string', default: '500' },
  },
})
const AGENTS = Number(values.agents)
const MESSAGES = Number(values.messages)
const SERVERS = Number(values.servers)
const RUNS = Number(values.runs)
const LATENCY = Number(values.latency)
/** Requests of ours that are under way at once. */
const SENDERS = 32

const model = await startScriptedProvider()
model.respondWith(() => delay(LATENCY, askFor('send_message', { message: 'Noted.' })))
try {
  await withScratch(async (home) => {
    const database = await createDatabase(home)
    try {
      await measure(home, database)
    } finally {
      await database.remove()
    }
  })
} finally {
  await model.close()
}

async function measure(home: string, database: BenchDatabase): Promise<void> {
  const variables = {
    ...environment(home),
    RECOLLECT_DATABASE_URL: database.url,
    RECOLLECT_MODEL: 'openai/slow',
    RECOLLECT_CONCURRENT_RUNS: String(RUNS),
    OPENAI_API_KEY: 'sk-bench-00000000',
    OPENAI_BASE_URL: model.baseUrl,
  }
  const servers: ServeProcess[] = []
  try {
    for (let index = 0; index < SERVERS; index += 1)
      servers.push(await startServe(given(variables)))
    const urls = servers.map((server) => server.url)
    const agents = await inLanes(AGENTS, async (index) => {
      const { agent } = await call(urls, index, 'create_agent', { name: `agent ${index}` })
      return (agent as { readonly id: string }).id
    })
    const spent = await startMeter(servers, database)
    const began = performance.now()
    const accepted: number[] = []
    const runIds = await inLanes(AGENTS * MESSAGES, async (index) => {
      const start = performance.now()
      const run = await call(urls, index, 'send_message', {
        agent: agents[index % AGENTS],
        message: `Message ${index}.`,
        wait_seconds: 0,
      })
      accepted.push(performance.now() - start)
      return String(run.run_id)
    })
    const sent = performance.now()
    await inLanes(runIds.length, async (index) => {
      for (;;) {
        const run = await call(urls, index, 'get_run', { run_id: runIds[index], wait_seconds: 20 })
        if (run.status === 'completed') return
        if (run.status === 'failed') throw new Error(`a run failed: ${JSON.stringify(run.error)}`)
      }
    })
    const seconds = (performance.now() - began) / 1_000
    const reached = runIds.length / seconds
    const used = await spent()
    const allowed = (SERVERS * RUNS * 1_000) / LATENCY
    const share =
      LATENCY === 0
        ? ''
        : ` of ${allowed.toFixed(1)} allowed, ${((reached / allowed) * 100).toFixed(0)} %`
    console.log(
      `${AGENTS} agents × ${MESSAGES} messages, ${SERVERS} servers × ${RUNS} runs at once, model ${LATENCY} ms: ` +
        `accepted within ${((sent - began) / 1_000).toFixed(1)} s (p50 ${median(accepted).toFixed(0)} ms, ` +
        `p95 ${percentile(accepted, 0.95).toFixed(0)} ms), all answered after ${seconds.toFixed(1)} s: ` +
        `${reached.toFixed(1)} messages/s${share}; ` +
        `${model.requests.length} model calls; ` +
        `processor per message: ${Object.entries(used)
          .map(([who, milliseconds]) => `${who} ${(milliseconds / runIds.length).toFixed(1)} ms`)
          .join(', ')}`,
    )
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The results of so many tasks, in order; a few of them under way at a time. */
async function inLanes<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const index = next
      next += 1
      results[index] = await task(index)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, lane))
  return results
}

/** Calls the servers in turn, as a load balancer does. Throws if the call is refused. */
async function call(
  urls: readonly string[],
  index: number,
  name: string,
  args: object,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(urls[index % urls.length] ?? '', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2025-06-18',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  })
  const text = await response.text()
  const json = /^data: (.*)$/m.exec(text)?.[1] ?? text
  const { result } = JSON.parse(json)
  if (!result || result.isError) throw new Error(`${name} failed: ${json}`)
  return result.structuredContent
}

function given(variables: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

/** Milliseconds of processor time since this call; a database elsewhere has none that can be read. */
async function startMeter(servers: readonly ServeProcess[], database: BenchDatabase) {
  const pids = servers.map(({ process: { pid = 0 } }) => pid)
  const before = new Map(
    [...pids, ...(await database.pids())].map((pid) => [pid, processorOf(pid)]),
  )
  const own = process.cpuUsage()
  const since = (pid: number) => processorOf(pid) - (before.get(pid) ?? 0)
  const sum = (all: readonly number[]) => all.reduce((total, pid) => total + since(pid), 0)
  return async () => {
    const { user, system } = process.cpuUsage(own)
    const ofDatabase = await database.pids()
    return {
      servers: sum(pids),
      ...(ofDatabase.length > 0 && { database: sum(ofDatabase) }),
      'clients and model': (user + system) / 1_000,
    }
  }
}

interface BenchDatabase {
  readonly url: string
  /** Processes of its server. */
  pids(): Promise<readonly number[]>
  remove(): Promise<unknown>
}

/** One of its own. */
async function createDatabase(home: string): Promise<BenchDatabase> {
  const server = process.env.RECOLLECT_TEST_POSTGRES
  if (server === undefined)
    return { url: `file:${home}/crowd.db`, pids: async () => [], async remove() {} }
  const name = `crowd_${randomBytes(6).toString('hex')}`
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    const { rows } = await client.query(sql)
    await client.end()
    return rows
  }
  await query(`CREATE DATABASE ${name}`)
  return {
    url: new URL(`/${name}`, server).href,
    async pids() {
      const rows = await query('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
      return rows.map(({ pid }) => Number(pid))
    },
    remove: () => query(`DROP DATABASE ${name} WITH (FORCE)`),
  }
}
