import { setTimeout as sleep } from 'node:timers/promises'
import { callAny, createAgent, type Delivered, keepSending } from './clients.ts'
import { type Cluster, createCluster, LEASE_MILLISECONDS, type Server, until } from './harness.ts'
import { findViolations, runViolations } from './invariants.ts'
import { load } from './load.ts'
import { openRuns, readRecords } from './records.ts'
import { crashServer, terminateBackend } from './server-faults.ts'

/* A round: several servers, several agents, clients that send, and somebody who kills. Then the reckoning. */

export interface Round {
  readonly processes: number
  readonly kills: number
  readonly stops: number
  /** Terminated connections to PostgreSQL. */
  readonly terminations?: number
  /** Crashes of PostgreSQL itself. */
  readonly crashes?: number
}

export interface Outcome {
  readonly kills: number
  readonly stops: number
  readonly terminations: number
  readonly crashes: number
  readonly messages: number
  /** How many of the messages somebody asked to cancel. */
  readonly cancelled: number
  /** Runs that failed because their step was begun more than three times. */
  readonly interrupted: number
  readonly seconds: number
  /** From the last kill until everything was over and looked at. */
  readonly settledSeconds: number
  readonly violations: readonly string[]
}

const AGENTS = 3
/** Two clients for each agent, so that messages of different clients meet in its queue. */
const CLIENTS = 2
const MAX_MESSAGES = 40
const SETTLE_MILLISECONDS = 60_000
const CLOSE_MILLISECONDS = 5_000

export async function playRound(round: Round): Promise<Outcome> {
  const { processes, kills, stops, terminations = 0, crashes = 0 } = round
  const began = Date.now()
  const cluster = await createCluster({ jitterMilliseconds: 60 })
  try {
    const servers = await Promise.all(Array.from({ length: processes }, () => cluster.start()))
    const [first] = servers
    if (!first) throw new Error('a round needs a server')
    const agents = await Promise.all(
      Array.from({ length: AGENTS }, () => createAgent(cluster, first)),
    )
    let quiet = false
    const sending = agents.flatMap((agent) =>
      Array.from({ length: CLIENTS }, (_, client) =>
        keepSending(cluster, agent, `client ${client}`, {
          stopped: () => quiet,
          most: MAX_MESSAGES,
        }),
      ),
    )
    await Promise.all([
      repeat(kills, () => killOne(cluster)),
      repeat(stops, () => stopOne(cluster)),
      repeat(terminations, () => terminateOne(cluster)),
      repeat(crashes, crashOnce),
    ])
    quiet = true
    const calm = Date.now()
    const delivered = (await Promise.all(sending)).flat()
    const cancelled = delivered.filter((message) => message.cancelled)
    const violations = await reckon(
      cluster,
      delivered,
      cancelled.map(({ runId }) => runId),
    )
    const settled = Date.now()
    return {
      kills: cluster.kills.length,
      stops,
      terminations,
      crashes,
      messages: delivered.length,
      cancelled: cancelled.length,
      interrupted: (await readRecords(cluster.database)).runs.filter(
        ({ stop_reason }) => stop_reason === 'interrupted',
      ).length,
      seconds: (settled - began) / 1000,
      settledSeconds: (settled - calm) / 1000,
      violations,
    }
  } finally {
    await cluster.remove()
  }
}

/** Waits for the end of all runs, asks for each through MCP, closes all servers, and looks at what is stored. */
export async function reckon(
  cluster: Cluster,
  delivered: readonly Delivered[],
  excused: readonly string[] = [],
): Promise<readonly string[]> {
  const violations: string[] = []
  await until(
    async () => (await openRuns(cluster.database)) === 0 || undefined,
    SETTLE_MILLISECONDS * load(),
    'the end of all runs',
  ).catch((error: unknown) => violations.push(String(error)))
  for (const message of delivered) {
    if (excused.includes(message.runId)) continue
    const { data } = await callAny(cluster, 'get_run', { run_id: message.runId })
    violations.push(...runViolations(message, data))
  }
  // Before they close, which lets go of everything.
  for (const { conversation_id, owner } of (await readRecords(cluster.database)).leases) {
    if (owner !== '') violations.push(`lease of ${conversation_id}: still held by ${owner}`)
  }
  const said = cluster.servers().map((server) => server.errors())
  const before = Date.now()
  const codes = await cluster.stop()
  if (codes.some((code) => code !== 0)) violations.push(`servers closed with ${codes.join()}`)
  if (Date.now() - before > CLOSE_MILLISECONDS * load()) violations.push('servers closed too late')
  const { database, trace, kills } = cluster
  violations.push(...(await findViolations({ database, trace, delivered, kills, excused })))
  // The servers' logs are no violation, but show where one comes from.
  return violations.length === 0 ? [] : [...violations, ...said.map((log) => log.slice(-1_000))]
}

async function repeat(times: number, act: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await act()
}

async function killOne(cluster: Cluster): Promise<void> {
  await sleep(100 + Math.random() * 400)
  const server = anyOf(cluster.servers())
  if (server) await cluster.kill(server)
  await sleep(Math.random() * 300)
  await cluster.start()
}

/** Longer than the lease: when it wakes up, others have its runs. */
async function stopOne(cluster: Cluster): Promise<void> {
  await sleep(100 + Math.random() * 400)
  const server = anyOf(cluster.servers())
  server?.process.kill('SIGSTOP')
  // The others look now and then only, and have to see it unchanged for its whole length.
  await sleep(LEASE_MILLISECONDS * (2 + Math.random()))
  server?.process.kill('SIGCONT')
}

/** While a server that crashed recovers, there is nobody to ask. */
async function terminateOne(cluster: Cluster): Promise<void> {
  await until(
    async () => {
      await sleep(20 + Math.random() * 80)
      const done = await terminateBackend(cluster.database).catch(() => false)
      return done || undefined
    },
    SETTLE_MILLISECONDS,
    'a connection to end',
  )
}

async function crashOnce(): Promise<void> {
  await sleep(1_000 + Math.random() * 2_000)
  await crashServer()
}

function anyOf(servers: readonly Server[]): Server | undefined {
  return servers[Math.floor(Math.random() * servers.length)]
}
