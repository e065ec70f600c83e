import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reckon } from './chaos.ts'
import { call, callAny, createAgent, deliver } from './clients.ts'
import { POSTGRES } from './database.ts'
import { type Cluster, createCluster, type Server, until } from './harness.ts'
import { openRuns, readRecords } from './records.ts'

/* A server that may open no more files: neither a connection to its model, nor the thread that searches. */

vi.setConfig({ testTimeout: 90_000 })

const canLimit = spawnSync('prlimit', ['--version']).status === 0
if (!canLimit) console.log('skipped: there is no prlimit here')

/** Long enough for every retry of a model call to fail. */
const WANT_MILLISECONDS = 10_000

let cluster: Cluster
beforeEach(async () => {
  cluster = await createCluster()
})
afterEach(() => cluster.remove())

test.skipIf(!canLimit)(
  'runs pause while no file can be opened, and resume by themselves once it can',
  async () => {
    const server = await cluster.start({ environment: { RECOLLECT_LOG: 'info' } })
    const agents = await Promise.all([1, 2, 3].map(() => createAgent(cluster, server)))
    const sent = await Promise.all(
      agents.map((agent) => deliver(cluster, agent, { slow: 500, waitSeconds: 0 })),
    )
    await until(() => cluster.model.requests.length >= 3 || undefined, 10_000, 'model calls')
    limitFiles(server, 'now')
    await sleep(WANT_MILLISECONDS)
    // A server with PostgreSQL has all its connections already, and no thread that searches.
    if (POSTGRES === undefined) {
      expect(await openRuns(cluster.database)).toBe(3)
      expect((await readRecords(cluster.database)).runs).toMatchObject(
        sent.map(() => ({ status: 'running', stop_reason: null })),
      )
      expect(server.errors()).toContain('a run was put down')
    }
    limitFiles(server, 'many')
    for (const { runId } of sent) {
      const args = { run_id: runId, wait_seconds: 2 }
      await callAny(cluster, 'get_run', args, ({ data }) => data?.status === 'completed')
    }
    expect(await reckon(cluster, sent)).toEqual([])
  },
)

test.skipIf(!canLimit)('a search that cannot start is `busy`, and works later', async () => {
  const server = await cluster.start()
  const agent = await createAgent(cluster, server)
  await call(cluster, server, 'insert_archival', { agent, text: 'The boat is green.' })
  limitFiles(server, 'now')
  const search = { agent, query: 'boat' }
  const refused = await call(cluster, server, 'search_archival', search)
  expect(refused.data.error?.code ?? 'found').toMatch(/^(busy|found)$/)
  limitFiles(server, 'many')
  const found = await call(cluster, server, 'search_archival', search)
  expect(found.data.passages).toMatchObject([{ text: 'The boat is green.' }])
})

/** `now`: not one more than it has open. */
function limitFiles({ process: { pid } }: Server, how: 'now' | 'many'): void {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
  let firstFree = 0
  while (open.has(firstFree)) firstFree += 1
  const most = how === 'many' ? 1_024 : firstFree
  // The soft limit alone, which may be raised again.
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`])
  expect(status, String(stderr)).toBe(0)
}
