import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CallResult, type Connection, connect } from '../support/connect.ts'
import { BLOCK, messageText } from '../support/reliability-model.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import { reckon } from './chaos.ts'
import { type Delivered, newToken } from './clients.ts'
import { type Cluster, createCluster, until } from './harness.ts'
import { readRecords } from './records.ts'

/* One client, three servers behind a balancer that knows nothing of sessions, and somebody who kills them in turn. */

const SERVERS = 3
/** RECOLLECT_TEST_FULL=1 has 100. */
const TURNS = process.env.RECOLLECT_TEST_FULL === '1' ? 100 : 40
const TURNS_OF_A_SERVER = 8
const PATIENCE = 30_000
/** That a process has ended is seen at once; a lease that runs out while a busy machine thinks would only confuse. */
const PATIENT = { RECOLLECT_LEASE_SECONDS: '10' }

let cluster: Cluster
let balancer: Balancer
let client: Connection

beforeEach(async () => {
  cluster = await createCluster({ jitterMilliseconds: 20 })
  await Promise.all(Array.from({ length: SERVERS }, () => cluster.start({ environment: PATIENT })))
  balancer = await startBalancer(cluster.servers)
  client = await connect('v2-auto', { kind: 'http', url: balancer.url })
})
afterEach(async () => {
  await client.close()
  await balancer.close()
  await cluster.remove()
})

/** As a client does that was told nothing: it asks the same again. */
function insist(tool: string, args: object, accept: (result: CallResult) => boolean) {
  return until(
    async () => {
      const result = await client.call(tool, args, { timeout: 5_000 }).catch(() => undefined)
      return result && accept(result) ? result : undefined
    },
    PATIENCE,
    `an answer to ${tool}`,
  )
}

const isOver = ({ data }: CallResult) => ['completed', 'failed'].includes(data?.status)

test(`a conversation of ${TURNS} turns through three servers that are killed in turn loses nothing and keeps its order`, async () => {
  const created = await insist(
    'create_agent',
    { blocks: [{ label: BLOCK, value: 'Notes:', limit: 500_000 }] },
    ({ isError }) => !isError,
  )
  const agentId: string = created.data.agent.id
  const delivered: Delivered[] = []
  for (let turn = 1; turn <= TURNS; turn += 1) {
    const id = newToken()
    const text = messageText(id)
    const args = { agent: agentId, message: text, idempotency_key: `turn-${turn}` }
    const send = insist('send_message', { ...args, wait_seconds: 2 }, isOver)
    if (turn % TURNS_OF_A_SERVER === 0) await replaceOldest()
    const { data } = await send
    delivered.push({
      ...{ id, agentId, text, client: 'only', cancelled: false },
      runId: data.run_id,
      answers: [data.run_id],
    })
  }
  expect(balancer.served.size).toBeGreaterThan(SERVERS)
  const { messages } = await readRecords(cluster.database)
  const said = messages.filter(({ role }) => role === 'user').map(({ body }) => body.text)
  expect(said).toEqual(delivered.map(({ text }) => text))
  expect(await reckon(cluster, delivered)).toEqual([])
}, 300_000)

/** In the midst of the turn. */
async function replaceOldest(): Promise<void> {
  const [oldest] = cluster.servers()
  if (oldest) await cluster.kill(oldest)
  await cluster.start({ environment: PATIENT })
}
