import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { callTool } from './shared/call-tool.ts'
import { processorOf, residentBytes } from './shared/process-usage.ts'
import { seedAgents } from './shared/seed.ts'
import { table } from './shared/table.ts'
import {
  BINARY,
  describeMachine,
  type Environment,
  environment,
  median,
  type StdioClient,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * The time a client waits after it starts us: from spawn to the answer to `initialize`, to the list of tools, and to
 * what the first search found. An empty server on SDK v1 is the yardstick: it does nothing, and most servers start from
 * it. All run in turn, so that load on the machine hits each alike; the processor's time hardly depends on the load.
 */
const ROUNDS = 21

const recollect = ['node', BINARY, 'stdio']
const emptyServer = ['node', join(process.cwd(), 'bench/rivals/empty-sdk-v1.mjs')]

interface Start {
  readonly wall: number
  /** In milliseconds, all threads. */
  readonly processor?: number
  readonly megabytes?: number
}

const starts = await withScratch(async (home) => {
  const existing = environment(join(home, 'existing'))
  const fresh = environment(join(home, 'fresh'))
  await seedAgents(existing.RECOLLECT_HOME ?? home, ['bench'])
  await startServer(recollect, existing, remember)

  const series: Readonly<Record<string, () => Promise<Start>>> = {
    'node -e 0': () => timeToExit(['node', '-e', '0'], existing),
    'empty server, SDK v1': () => startServer(emptyServer, existing),
    'recollect, existing data': () => startServer(recollect, existing),
    'recollect, first start': () => {
      rmSync(join(home, 'fresh'), { recursive: true, force: true })
      return startServer(recollect, fresh)
    },
    'to the list of tools': () => startServer(recollect, existing, listTools),
    'to the first search': () => startServer(recollect, existing, search),
    'after both': () =>
      startServer(recollect, existing, async (client) => {
        await listTools(client)
        await search(client)
      }),
  }
  const results = new Map(Object.keys(series).map((name) => [name, [] as Start[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, measure] of Object.entries(series)) {
      results.get(name)?.push(await measure())
    }
  }
  return results
})

const yardstick = middle(starts.get('empty server, SDK v1') ?? [], 'wall')
console.log(`from the spawn, medians of ${ROUNDS}; ${describeMachine()}`)
console.log(
  table([
    ['', 'wall ms', 'ratio', 'processor ms', 'RSS MiB'],
    ...[...starts].map(([name, some]) => {
      const wall = middle(some, 'wall')
      return [
        name,
        wall.toFixed(1),
        (wall / yardstick).toFixed(2),
        middle(some, 'processor').toFixed(0),
        middle(some, 'megabytes').toFixed(0),
      ]
    }),
  ]),
)

function middle(some: readonly Start[], field: keyof Start): number {
  return median(some.map((start) => start[field] ?? Number.NaN))
}

async function startServer(
  command: readonly string[],
  env: Environment,
  ask: (client: StdioClient) => Promise<unknown> = async () => undefined,
): Promise<Start> {
  const start = performance.now()
  const client = startStdioClient(command, env)
  try {
    await client.initialize()
    await ask(client)
    const wall = performance.now() - start
    const processor = processorOf(client.pid)
    return { wall, processor, megabytes: residentBytes(client.pid) / 2 ** 20 }
  } finally {
    await client.stop()
  }
}

async function listTools(client: StdioClient): Promise<void> {
  await client.request('tools/list', {})
}

async function search(client: StdioClient): Promise<void> {
  const { fields } = await callTool(client, 'search_archival', { agent: 'bench', query: 'tea' })
  if ((fields.passages as readonly unknown[]).length !== 1)
    throw new Error('the search found nothing')
}

async function remember(client: StdioClient): Promise<void> {
  await callTool(client, 'insert_archival', { agent: 'bench', text: 'The kettle is for tea.' })
}

async function timeToExit(command: readonly string[], env: Environment): Promise<Start> {
  const start = performance.now()
  await once(spawn(command[0] ?? '', command.slice(1), { env }), 'exit')
  return { wall: performance.now() - start }
}
