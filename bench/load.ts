import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callTool } from './shared/call-tool.ts'
import { coreWaitOf, processorOf, residentBytes } from './shared/process-usage.ts'
import {
  BINARY,
  describeMachine,
  environment,
  percentile,
  type StdioClient,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * Loading while the server answers: a ping every 5 ms, its longest wait, and the processor time and memory of the server,
 * for an export of conversations and a folder of files. Each wait is told twice: as it was, and without the time in which
 * other processes had the cores. Arguments: megabytes of the export (134), number of files (10000).
 */
const [megabytes = 134, files = 10_000] = process.argv.slice(2).map(Number)
const PING_MILLISECONDS = 5
const LOOK_MILLISECONDS = 500

await withScratch(async (home) => {
  const env = { ...environment(home), RECOLLECT_FILE_ROOTS: home, RECOLLECT_TOOLSETS: 'all' }
  const client = startStdioClient([process.execPath, BINARY, 'stdio'], env)
  try {
    await client.initialize()
    await callTool(client, 'create_agent', { name: 'bench' })
    console.log(`${megabytes} MB of conversations, ${files} files; ${describeMachine()}`)
    const path = join(home, 'conversations.json')
    await writeExport(path)
    const folder = join(home, 'notes')
    writeFolder(folder)
    // Otherwise the system writes the export to the disk half a minute later, and one commit waits 36 to 54 ms for that.
    spawnSync('sync')
    await measure(client, 'conversations', { path, into: 'conversation' })
    await measure(client, 'files', { path: folder })
  } finally {
    await client.stop()
  }
})

async function measure(client: StdioClient, name: string, what: object): Promise<void> {
  const began = performance.now()
  const processorBefore = processorOf(client.pid)
  const { fields } = await callTool(client, 'load', { agent: 'bench', ...what })
  const { job_id } = fields.job as { readonly job_id: string }
  let report: string | undefined
  const watching = (async () => {
    while (report === undefined) {
      await sleep(LOOK_MILLISECONDS)
      const { fields: found } = await callTool(client, 'list_jobs', { job_id })
      const [job] = found.jobs as readonly { readonly report?: string; readonly error?: object }[]
      report = job?.report ?? (job?.error && JSON.stringify(job.error))
    }
  })()
  const coreWait = () => coreWaitOf(client.pid) + coreWaitOf(process.pid)
  const waits: number[] = []
  const own: number[] = []
  let most = 0
  while (report === undefined) {
    const asked = performance.now()
    const before = coreWait()
    await client.request('ping', {})
    const wait = performance.now() - asked
    waits.push(wait)
    own.push(Math.max(0, wait - (coreWait() - before)))
    most = Math.max(most, residentBytes(client.pid))
    await sleep(PING_MILLISECONDS)
  }
  await watching
  const seconds = (performance.now() - began) / 1_000
  const processor = (processorOf(client.pid) - processorBefore) / 1_000
  console.log(
    `${name}: ${report.split('\n')[0]} ${seconds.toFixed(0)} s, ${processor.toFixed(1)} s of processor, most memory ${(most / 1e6).toFixed(0)} MB
  waits: longest ${longest(waits)} ms, p99 ${percentile(waits, 0.99).toFixed(0)} ms; without waiting for a core: longest ${longest(own)} ms, p99 ${percentile(own, 0.99).toFixed(0)} ms`,
  )
}

function longest(waits: readonly number[]): string {
  return waits.reduce((most, wait) => Math.max(most, wait), 0).toFixed(0)
}

/** As Claude exports it. */
async function writeExport(path: string): Promise<void> {
  const file = createWriteStream(path)
  const words = 'of a long talk about boats, tides and the price of rope in spring. '
  for (let written = 0, number = 0; written < megabytes * 1e6; number += 1) {
    const chat_messages = Array.from({ length: 40 }, (_, index) => ({
      sender: index % 2 === 0 ? 'human' : 'assistant',
      created_at: new Date(1_600_000_000_000 + (number * 40 + index) * 60_000).toISOString(),
      text: `Message ${number * 40 + index} ${words.repeat(1 + ((number + index) % 20))}`,
    }))
    const text = JSON.stringify({ uuid: `c${number}`, name: `Talk ${number}`, chat_messages })
    written += text.length
    if (!file.write(`${number === 0 ? '[' : ','}${text}`)) await once(file, 'drain')
  }
  file.end(']')
  await once(file, 'close')
}

function writeFolder(folder: string): void {
  for (let file = 0; file < files; file += 1) {
    const part = join(folder, `part-${file % 100}`)
    mkdirSync(part, { recursive: true })
    const text = `The number of it is ${file}. ${'It tells of boats and tides. '.repeat(20)}`
    writeFileSync(join(part, `${file}.md`), `# Note ${file}\n\n${text}\n`)
  }
}
