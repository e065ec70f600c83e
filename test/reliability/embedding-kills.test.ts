import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStorage } from '../../src/app/data.ts'
import { readConfig } from '../../src/config/read-config.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { type Cluster, createCluster, type Server, until } from './harness.ts'

/* Servers that are killed while they embed. What the endpoint was asked for tells what was embedded twice. */

/** EMBED_PASSAGES=10000 makes it larger. */
const PASSAGES = Number(process.env.EMBED_PASSAGES ?? 2_000)
const AT_ONCE = 100
/** Texts under way with one model in one process; after a kill these may be requested again. */
const BATCH = 64
const PATIENCE = 30 * PASSAGES

interface Request {
  /** Key of the server that asks. */
  readonly key: string
  readonly texts: readonly string[]
}

let cluster: Cluster
let storage: Storage
let endpoint: Awaited<ReturnType<typeof startEndpoint>>

beforeEach(async () => {
  cluster = await createCluster()
  endpoint = await startEndpoint()
  storage = await openStorage(readConfig({ RECOLLECT_DATABASE_URL: cluster.database }, {}))
})
afterEach(async () => {
  await storage.close()
  await cluster.remove()
  await endpoint.close()
})

async function startEndpoint() {
  const requests: Request[] = []
  let holdFrom = Number.POSITIVE_INFINITY
  let onHeld: (request: Request) => void = () => undefined
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const { input }: { readonly input: readonly string[] } = JSON.parse(
      Buffer.concat(pieces).toString(),
    )
    const asked: Request = { key: request.headers.authorization ?? '', texts: input }
    requests.push(asked)
    if (requests.length >= holdFrom) {
      holdFrom = Number.POSITIVE_INFINITY
      return onHeld(asked)
    }
    const data = input.map((text, index) => ({ index, embedding: [1, text.length, index] }))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ object: 'list', data, model: 'scripted' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    /** The request of that number is never answered; resolves when it is there. */
    hold: (number: number) =>
      new Promise<Request>((resolve) => {
        onHeld = resolve
        holdFrom = number
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

const start = (key: string): Promise<Server> =>
  cluster.start({
    environment: {
      RECOLLECT_EMBEDDING: 'lmstudio/scripted',
      LMSTUDIO_API_KEY: key,
      LMSTUDIO_BASE_URL: endpoint.url,
    },
  })

async function insertMany(server: Server): Promise<readonly string[]> {
  const client = await cluster.connection(server)
  const agent: string = (await client.call('create_agent', {})).data.agent.id
  const texts = Array.from({ length: PASSAGES }, (_, index) => `Passage number ${index}.`)
  for (let from = 0; from < PASSAGES; from += AT_ONCE) {
    const result = await client.call('insert_archival', {
      agent,
      texts: texts.slice(from, from + AT_ONCE),
    })
    expect(result.isError, result.text).toBe(false)
  }
  return texts
}

const allEmbedded = () =>
  until(
    async () => {
      const [set] = await storage.embeddings.counts()
      return set?.embedded === PASSAGES && set.waiting === 0 ? set : undefined
    },
    PATIENCE,
    'all is embedded',
  )

/** The texts that were asked for more than once; fails for one that never was. */
function repeated(texts: readonly string[]): readonly string[] {
  const times = new Map<string, number>()
  for (const text of endpoint.requests.flatMap((request) => request.texts))
    times.set(text, (times.get(text) ?? 0) + 1)
  expect(texts.filter((text) => !times.has(text))).toEqual([])
  return texts.filter((text) => times.get(text) !== 1)
}

test(
  'a server killed in the middle loses nothing; the next one requests only the batch under way again',
  async () => {
    const held = endpoint.hold(5)
    const first = await start('first')
    const texts = await insertMany(first)
    const { texts: underWay } = await held
    await cluster.kill(first)
    await start('second')
    expect(await allEmbedded()).toMatchObject({ state: 'serving', failed: 0 })
    expect(underWay.length).toBeLessThanOrEqual(BATCH)
    expect([...repeated(texts)].sort()).toEqual([...underWay].sort())
  },
  2 * PATIENCE,
)

test(
  'two servers share the work, and one continues alone when the other is killed',
  async () => {
    const [first, second] = [await start('first'), await start('second')]
    const held = endpoint.hold(8)
    const inserting = insertMany(first)
    const { key, texts: underWay } = await held
    const victim = key.includes('first') ? first : second
    const texts = await inserting
    await cluster.kill(victim)
    expect(await allEmbedded()).toMatchObject({ state: 'serving', failed: 0 })
    expect(new Set(endpoint.requests.map((request) => request.key)).size).toBe(2)
    expect([...repeated(texts)].sort()).toEqual([...underWay].sort())
  },
  2 * PATIENCE,
)
