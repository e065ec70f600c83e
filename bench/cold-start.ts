import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  BINARY,
  describeMachine,
  type Environment,
  environment,
  median,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * The time a client waits after it starts us: from spawn to the answer to `initialize`. An empty server on SDK v1 is
 * the yardstick: it does nothing, and most servers start from it. All run in turn, so that load on the machine hits
 * each alike.
 */
const ROUNDS = 21

const recollect = ['node', BINARY, 'stdio']
const emptyServer = ['node', join(process.cwd(), 'bench/rivals/empty-sdk-v1.mjs')]

const times = await withScratch(async (home) => {
  const existing = environment(join(home, 'existing'))
  const fresh = environment(join(home, 'fresh'))
  await timeToInitialize(recollect, existing)

  const series = {
    'node -e 0': () => timeToExit(['node', '-e', '0'], existing),
    'empty server, SDK v1': () => timeToInitialize(emptyServer, existing),
    'recollect, existing data': () => timeToInitialize(recollect, existing),
    'recollect, first start': () => {
      rmSync(join(home, 'fresh'), { recursive: true, force: true })
      return timeToInitialize(recollect, fresh)
    },
  }
  const results = new Map(Object.keys(series).map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, measure] of Object.entries(series)) {
      results.get(name)?.push(await measure())
    }
  }
  return results
})

const yardstick = median(times.get('empty server, SDK v1') ?? [])
console.log(`spawn to the answer to initialize, median of ${ROUNDS}; ${describeMachine()}`)
for (const [name, values] of times) {
  const middle = median(values)
  console.log(
    `${name.padEnd(26)} ${middle.toFixed(1).padStart(7)} ms   ratio ${(middle / yardstick).toFixed(2)}`,
  )
}

async function timeToInitialize(command: readonly string[], env: Environment): Promise<number> {
  const start = performance.now()
  const client = startStdioClient(command, env)
  await client.initialize()
  const elapsed = performance.now() - start
  await client.stop()
  return elapsed
}

async function timeToExit(command: readonly string[], env: Environment): Promise<number> {
  const start = performance.now()
  await once(spawn(command[0] ?? '', command.slice(1), { env }), 'exit')
  return performance.now() - start
}
