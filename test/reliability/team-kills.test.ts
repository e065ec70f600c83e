import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { callTools, delay, say } from '../support/scripted-provider.ts'
import { readDatabase } from './database.ts'
import { type Cluster, createCluster, until } from './harness.ts'

/*
 * Agents that message each other and wait, on servers that are killed. TEAM_KILLS=50 plays the long version, with four
 * servers.
 */

const KILLS = Number(process.env.TEAM_KILLS ?? 4)
const SERVERS = KILLS > 10 ? 4 : 2
const WORKERS = ['Ines', 'Tom', 'Zoe'] as const
/** Sets the two parts of one message apart. */
const FURTHER = 1_000_000
const WAIT = 'send_message_to_agent_and_wait_for_reply'
const ASYNC = 'send_message_to_agent_async'

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string | null }[]
}

/** The answer of the model depends on nothing but the conversation. */
function answerTo({ messages }: Body) {
  const last = messages.at(-1)
  const text = last?.content ?? ''
  const work = [...text.matchAll(/(?:work|note)-(\d+)/g)].at(-1)
  if (last?.role === 'tool') {
    const results = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)
    return say(results.map(({ content }) => content ?? '').join(' '))
  }
  if (work) return say(`answer-${work[1]}`)
  const number = Number(/msg-(\d+)/.exec(text.slice(text.lastIndexOf('msg-')))?.[1])
  const to = (shift: number) => WORKERS[(number + shift) % WORKERS.length]
  return callTools([
    { name: ASYNC, arguments: { message: `note-${number}`, other_agent_id: to(1) } },
    { name: WAIT, arguments: { message: `work-${number}`, other_agent_id: to(0) } },
    { name: WAIT, arguments: { message: `work-${number + FURTHER}`, other_agent_id: to(2) } },
  ])
}

/** Calls a tool on any server, again and again until one answers. */
async function ask(cluster: Cluster, tool: string, args: object) {
  return until(
    async () => {
      const servers = cluster.servers()
      const server = servers[Math.floor(Math.random() * servers.length)]
      if (!server) return undefined
      try {
        const connection = await cluster.connection(server)
        const { isError, data } = await connection.call(tool, args)
        return isError ? undefined : data
      } catch {
        return undefined
      }
    },
    60_000,
    tool,
  )
}

const HELD = `SELECT run.id FROM run JOIN lease ON lease.namespace = run.namespace AND
  lease.conversation_id = run.conversation_id
  WHERE run.status = 'waiting' AND run.waiting_for = 'agent' AND lease.owner <> ''`
const OPEN = `SELECT id FROM run WHERE status NOT IN ('completed', 'failed', 'cancelled')`
/** Runs that may be open when another message is sent, so that a slow machine has no queue that it never ends. */
const MOST_OPEN = 60

async function count(cluster: Cluster, query: string): Promise<number> {
  return readDatabase(cluster.database, async (rows) => (await rows(query)).length)
}

test(
  'each message between agents is delivered once and each reply comes once, over kills',
  async () => {
    const cluster = await createCluster({ jitterMilliseconds: 0 })
    cluster.model.respondWith((body) => delay(Math.random() * 60, answerTo(body)))
    try {
      for (let started = 0; started < SERVERS; started += 1) await cluster.start()
      for (const name of ['Boss 1', 'Boss 2', ...WORKERS]) {
        const tools = name.startsWith('Boss') ? [WAIT, ASYNC] : []
        await ask(cluster, 'create_agent', { name, tools, agent_type: 'letta_v1_agent' })
      }
      let sent = 0
      let held = 0
      let isOver = false
      const sending = (async () => {
        while (!isOver) {
          sent += 1
          await ask(cluster, 'send_message', {
            ...{ agent: `Boss ${1 + (sent % 2)}`, message: `msg-${sent}`, wait_seconds: 0 },
            idempotency_key: `key-${sent}`,
          })
          for (let open = Infinity; open > MOST_OPEN && !isOver; ) {
            held += await count(cluster, HELD)
            open = await count(cluster, OPEN)
            await sleep(150)
          }
        }
      })()
      for (let kills = 0; kills < KILLS; kills += 1) {
        await sleep(200 + Math.random() * 600)
        const servers = cluster.servers()
        const victim = servers[Math.floor(Math.random() * servers.length)]
        if (victim) await cluster.kill(victim)
        await cluster.start()
      }
      isOver = true
      await sending
      const areOver = async () => ((await count(cluster, OPEN)) === 0 ? true : undefined)
      await until(areOver, 120_000, 'every run ends')
      expect(held).toBe(0)
      await check(cluster, sent)
      console.log({ kills: KILLS, servers: SERVERS, messages: sent })
      await cluster.stop()
    } finally {
      await cluster.remove()
    }
  },
  KILLS * 6_000 + 180_000,
)

interface Delivered {
  readonly input: string
  readonly status: string
  readonly times: number
}

async function check(cluster: Cluster, sent: number): Promise<void> {
  await readDatabase(cluster.database, async (rows) => {
    const delivered = await rows<Delivered>(
      `SELECT input, min(status) AS status, count(*) AS times FROM run GROUP BY input`,
    )
    const numbers = Array.from({ length: sent }, (_, index) => index + 1)
    const wanted = numbers.flatMap((n) => [
      `msg-${n}`,
      `note-${n}`,
      `work-${n}`,
      `work-${n + FURTHER}`,
    ])
    expect(delivered.map(({ input }) => input).toSorted()).toEqual(wanted.toSorted())
    expect(delivered.filter(({ times }) => Number(times) !== 1)).toEqual([])
    expect(delivered.filter(({ status }) => status !== 'completed')).toEqual([])
    // In the history of the receiver, too, and each call has one result.
    const told = await rows<{ text: string; times: number }>(
      `SELECT text, count(*) AS times FROM message WHERE role = 'system' GROUP BY text`,
    )
    expect(told.filter(({ times }) => Number(times) !== 1)).toEqual([])
    expect(told).toHaveLength(3 * sent)
    const results = await rows<{ text: string }>(`SELECT text FROM message WHERE role = 'tool'`)
    expect(results).toHaveLength(3 * sent)
    for (const n of numbers) {
      const replies = results.filter(({ text }) => text.includes(`"answer-${n}"`))
      expect(replies.length, `replies to ${n}`).toBe(1)
    }
    expect(await rows(`SELECT call_id FROM run_wait WHERE settled <> 1`)).toEqual([])
  })
}
