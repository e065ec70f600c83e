import { callTool } from './shared/call-tool.ts'
import { processorOf } from './shared/process-usage.ts'
import {
  BINARY,
  describeMachine,
  environment,
  median,
  type StdioClient,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * Writes through MCP: what one costs the server's processor when there are 1,000 passages, how long two clients take for
 * 200 on one file, and for how long the server answers nobody else while 100 texts come in one call.
 */
const PASSAGES = 1_000
const AT_ONCE = 100
const SINGLE = 100
const PER_CLIENT = 100
/** How often another request comes while many texts are inserted. */
const PING_MILLISECONDS = 2

await withScratch(async (home) => {
  const one = await start(home)
  const other = await start(home)
  try {
    await callTool(one, 'create_agent', { name: 'bench' })
    for (let from = 0; from < PASSAGES; from += AT_ONCE) await insertMany(one, from)
    await insertEach(one, 'warm up', 20)
    console.log(`${PASSAGES} passages; ${describeMachine()}`)
    await measureOne(one)
    await measureTwo(one, other)
    await measureMany(one)
  } finally {
    await one.stop()
    await other.stop()
  }
})

async function start(home: string): Promise<StdioClient> {
  const client = startStdioClient([process.execPath, BINARY, 'stdio'], environment(home))
  await client.initialize()
  return client
}

function insertMany(client: StdioClient, from: number) {
  const texts = Array.from({ length: AT_ONCE }, (_, index) => `Passage ${from + index} of many.`)
  return callTool(client, 'insert_archival', { agent: 'bench', texts })
}

async function insertEach(client: StdioClient, name: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const text = `${name} ${index}: the kettle on shelf ${index * 7} is for tea.`
    await callTool(client, 'insert_archival', { agent: 'bench', text })
  }
}

async function measureOne(client: StdioClient): Promise<void> {
  const before = processorOf(client.pid)
  await insertEach(client, 'single', SINGLE)
  const each = (processorOf(client.pid) - before) / SINGLE
  console.log(`one write, processor time of the server: ${each.toFixed(2)} ms`)
}

async function measureTwo(one: StdioClient, other: StdioClient): Promise<void> {
  await insertEach(other, 'warm up of the other', 20)
  const began = performance.now()
  await Promise.all([insertEach(one, 'one', PER_CLIENT), insertEach(other, 'other', PER_CLIENT)])
  const seconds = (performance.now() - began) / 1_000
  console.log(`${2 * PER_CLIENT} writes by two clients on one file: ${seconds.toFixed(2)} s`)
}

async function measureMany(client: StdioClient): Promise<void> {
  const longest: number[] = []
  for (let round = 0; round < 5; round += 1) {
    let isDone = false
    const inserted = insertMany(client, PASSAGES + round * AT_ONCE).then(() => {
      isDone = true
    })
    let most = 0
    while (!isDone) {
      const start = performance.now()
      await client.request('ping', {})
      most = Math.max(most, performance.now() - start)
      await new Promise((resolve) => setTimeout(resolve, PING_MILLISECONDS))
    }
    await inserted
    longest.push(most)
  }
  console.log(
    `longest wait of another request while ${AT_ONCE} texts are inserted: ${median(longest).toFixed(0)} ms`,
  )
}
