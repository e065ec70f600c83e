import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  callTool,
  callTools,
  delay,
  type ReceivedRequest,
  type ScriptedAnswer,
  say,
} from '../support/scripted-provider.ts'
import { callAny } from './clients.ts'
import { readDatabase } from './database.ts'
import { type Cluster, createCluster, until } from './harness.ts'

/* Work in the background, whose servers are killed. RECOLLECT_TEST_FULL: as many turns and pages as were promised. */

const IS_FULL = Boolean(process.env.RECOLLECT_TEST_FULL)
const TURNS = IS_FULL ? 1_000 : 30
const AGENTS = IS_FULL ? 5 : 2
const REVIEWS = IS_FULL ? 10_000 : 300
const KILLS = IS_FULL ? 10 : 3
const PATIENCE_MILLISECONDS = IS_FULL ? 3_000_000 : 120_000

type Body = ReceivedRequest['body']

async function withCluster(
  script: (body: Body) => ScriptedAnswer,
  work: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = await createCluster()
  cluster.model.respondWith(script)
  try {
    await start(cluster)
    await start(cluster)
    await work(cluster)
    expect(await cluster.stop()).toEqual([0, 0])
  } finally {
    await cluster.remove()
  }
}

const start = (cluster: Cluster) => cluster.start({ environment: { RECOLLECT_TOOLSETS: 'all' } })

/** Kills one of the servers and starts another in its place. */
async function killOne(cluster: Cluster): Promise<void> {
  const servers = cluster.servers()
  const server = servers[Math.floor(Math.random() * servers.length)]
  if (server) await cluster.kill(server)
  await start(cluster)
}

const systemOf = (body: Body): string => body.messages[0].content
const lastOf = (body: Body): string => String(body.messages.at(-1)?.content ?? '')
const isAnswered = (body: Body): boolean => body.messages.at(-1)?.role === 'tool'

test(
  'with the sleep-time agent killed at random, every message is in one completed window and has one note',
  async () => {
    const script = (body: Body) => {
      if (!systemOf(body).startsWith('You tidy the memory'))
        return callTool('send_message', { thinking: '', message: 'I see.' })
      if (isAnswered(body)) return say('Done')
      const said = [...lastOf(body).matchAll(/\[(message-\S+)\] \[[^\]]*\] user: (msg-\d+)\./g)]
      const notes = said.map(([, id = '', text = '']) => ({
        name: 'archival_memory_note',
        arguments: { content: `${text} was said`, kind: 'fact', message_id: id },
      }))
      return delay(Math.random() * 100, callTools(notes))
    }
    await withCluster(script, async (cluster) => {
      let isOver = false
      const killing = (async () => {
        for (let kill = 0; kill < KILLS && !isOver; kill += 1) {
          await sleep(200 + Math.random() * (IS_FULL ? 20_000 : 1_500))
          await killOne(cluster)
        }
      })()
      const all = Array.from({ length: AGENTS }, (_, number) => converse(cluster, number))
      const talks = await Promise.all(all)
      isOver = true
      await killing
      const times = talks.flatMap((one) => one.times).toSorted((x, y) => x - y)
      const windows = talks.flatMap((one) => one.windows).length
      const median = Math.round(times[times.length >> 1] ?? 0)
      process.stderr.write(
        `${times.length} turns, ${windows} windows, ${cluster.kills.length} kills; median reply ${median} ms\n`,
      )
    })
  },
  PATIENCE_MILLISECONDS,
)

/** Talks to an agent of its own, and looks for each message in one window and one note. */
async function converse(cluster: Cluster, number: number) {
  const created = await callAny(cluster, 'create_agent', { name: `Ada ${number}` })
  const agent = String(created.data.agent.id)
  const every = { agent, enabled: true, every_turns: 2, notes: true }
  const companion = (await callAny(cluster, 'configure_sleeptime', every)).data.agent.sleeptime
    .agent_id
  const turns = TURNS / AGENTS
  const times: number[] = []
  for (let turn = 0; turn < turns - 1; turn += 1) times.push(await talk(cluster, agent, turn))
  await callAny(cluster, 'configure_sleeptime', { ...every, every_turns: 1 })
  times.push(await talk(cluster, agent, turns - 1))
  const windows = await until(
    async () => {
      const all = await windowsOf(cluster, companion)
      return all.some((text) => text.includes(`msg-${turns - 1}.`)) ? all : undefined
    },
    PATIENCE_MILLISECONDS,
    'the last message is in a window',
  )
  const seen = windows.flatMap((text) =>
    [...text.matchAll(/user: msg-(\d+)\./g)].map(([, id]) => Number(id)),
  )
  expect(seen).toEqual(Array.from({ length: turns }, (_, turn) => turn))
  const notes = await notesOf(cluster, agent)
  expect(notes.toSorted()).toEqual(seen.map((id) => `fact: msg-${id} was said`).toSorted())
  return { times, windows }
}

/** Sends until a server answers, and waits for the reply. Resolves with the milliseconds that it took. */
async function talk(cluster: Cluster, agent: string, turn: number): Promise<number> {
  const began = performance.now()
  const message = `msg-${turn}.`
  const sent = { agent, message, idempotency_key: message, wait_seconds: 3 }
  await callAny(cluster, 'send_message', sent, ({ data }) => data?.status === 'completed')
  return performance.now() - began
}

/** Messages to the sleep-time agent in runs that were completed, in order. */
function windowsOf(cluster: Cluster, companion: string): Promise<readonly string[]> {
  return readDatabase(cluster.database, async (rows) => {
    const runs = await rows<{ readonly input: string }>(
      `SELECT input FROM run WHERE agent_id = '${companion}' AND status = 'completed' ORDER BY row`,
    )
    return runs.map(({ input }) => input)
  })
}

function notesOf(cluster: Cluster, agent: string): Promise<readonly string[]> {
  return readDatabase(cluster.database, async (rows) => {
    const notes = await rows<{ readonly text: string }>(
      `SELECT text FROM passage JOIN agent_archive ON agent_archive.archive_id = passage.archive_id
        WHERE agent_archive.agent_id = '${agent}'`,
    )
    return notes.map(({ text }) => text)
  })
}

test(
  'a source that is read page by page while servers are killed is written once, in order',
  async () => {
    const script = (body: Body) => {
      const held =
        /<block label="digest"[^>]*>\n([\s\S]*?)\n<\/block>/.exec(systemOf(body))?.[1] ?? ''
      const seen = [...lastOf(body).matchAll(/Review (\d+):/g)].map(([, number]) => Number(number))
      const next = held === '' ? 0 : Number(held.split('-')[1]) + 1
      const isInOrder = seen.every((number, index) => number === next + index)
      const text = isInOrder ? `0-${seen.at(-1)}` : `${held}; then ${seen.join(' ')}`
      return delay(
        Math.random() * 20,
        callTool('memory_rethink', { label: 'digest', new_memory: text }),
      )
    }
    await withCluster(script, async (cluster) => {
      const created = await callAny(cluster, 'create_agent', { name: 'Ada', context_window: 8_000 })
      const agent = String(created.data.agent.id)
      for (let at = 0; at < REVIEWS; at += 100) {
        const texts = Array.from(
          { length: 100 },
          (_, index) => `Review ${at + index}: ${'good '.repeat(40)}`,
        )
        await callAny(cluster, 'insert_archival', { agent, texts, source: 'reviews' })
      }
      const began = performance.now()
      await callAny(cluster, 'digest_source', { agent, source: 'reviews', label: 'digest' })
      const job = async () =>
        (await callAny(cluster, 'list_jobs', { agent, kind: 'digest' })).data.jobs[0]
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const goal = (REVIEWS / (KILLS + 1)) * kill
        await until(
          async () => (await job()).done >= goal || undefined,
          PATIENCE_MILLISECONDS,
          `${goal} are read`,
        )
        await killOne(cluster)
      }
      const done = await until(
        async () => {
          const now = await job()
          return now.completed_at === undefined ? undefined : now
        },
        PATIENCE_MILLISECONDS,
        'the source is read',
      )
      expect(done).toMatchObject({ status: 'completed', done: REVIEWS })
      const { blocks } = (await callAny(cluster, 'read_memory', { agent, label: 'digest' })).data
      expect(blocks[0].value).toBe(`0-${REVIEWS - 1}`)
      const pages = Number(/on (\d+) pages/.exec(done.report)?.[1])
      expect(blocks[0].version).toBe(pages + 1)
      process.stderr.write(
        `${REVIEWS} reviews, ${pages} pages, ${cluster.kills.length} kills, ${Math.round((performance.now() - began) / 1_000)} s\n`,
      )
    })
  },
  PATIENCE_MILLISECONDS,
)
