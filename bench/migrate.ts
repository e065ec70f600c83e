import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { isDeepStrictEqual } from 'node:util'
import type { Storage } from '../src/app/app.ts'
import { openStorage } from '../src/app/data.ts'
import { readConfig } from '../src/config/read-config.ts'
import { contentsOf } from '../test/support/contents.ts'
import { liveIn } from '../test/support/lived-in.ts'
import { BINARY, describeMachine, environment, withScratch } from './support.ts'

/*
 * npm run bench -- migrate [<url of an empty database> [<agents>]]: fills a SQLite file, copies it to the database (none
 * given, or "": another file) and from there into a third, and compares all agents of the first with those of the last. Each
 * agent has 2,500 passages and 2,500 messages, each second one vectors of them: some 25 MB of the file.
 */
const [given = '', agents = '12'] = process.argv.slice(2)
const DIMENSION = 768
const SIZE = {
  agents: Number(agents),
  passages: 2_500,
  messages: 2_500,
  dimension: DIMENSION,
  wordsOfText: 60,
}

await withScratch(async (scratch) => {
  const [source, back] = [join(scratch, 'source.db'), join(scratch, 'back.db')]
  const middle = given || `file:${join(scratch, 'middle.db')}`
  await within(source, (storage) => liveIn(storage, 'default', SIZE))
  const megabytes = statSync(source).size / 1e6
  console.log(
    `${megabytes.toFixed(0)} MB, ${SIZE.agents} agents, ${DIMENSION} dimensions; ${describeMachine()}`,
  )
  await measure('there', `file:${source}`, middle, megabytes)
  await measure('back', middle, `file:${back}`, megabytes)
  const read = (file: string) =>
    within(file, (storage) => contentsOf(storage, 'default', DIMENSION))
  const [first, last] = [await read(source), await read(back)]
  const same = isDeepStrictEqual(first, last)
  console.log(
    `${first.files.size} agents exported and ${first.answers.length} searches made in both: ${same ? 'the same' : 'NOT THE SAME'}`,
  )
  if (!same) process.exitCode = 1
})

async function within<T>(file: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(readConfig({}, { RECOLLECT_DATABASE_URL: `file:${file}` }))
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

async function measure(name: string, from: string, to: string, megabytes: number): Promise<void> {
  const start = performance.now()
  const child = spawn(process.execPath, [BINARY, 'migrate', '--from', from, '--to', to], {
    env: environment('/nowhere'),
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let told = ''
  child.stderr.on('data', (piece) => {
    told += piece
  })
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMegabytes(child.pid ?? 0))
  }, 100)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  const seconds = (performance.now() - start) / 1_000
  if (code !== 0) throw new Error(`migrate ended with ${code}: ${told}`)
  const rows = Number(/complete: ([\d,]+) rows/.exec(told)?.[1]?.replaceAll(',', ''))
  console.log(
    `${name.padEnd(6)} ${seconds.toFixed(1)} s, ${Math.round(rows / seconds).toLocaleString('en')} rows a second, ` +
      `${(megabytes / seconds).toFixed(1)} MB a second, at most ${peak.toFixed(0)} MB of memory`,
  )
  for (const line of told.split('\n').filter((text) => text.includes('100 %')))
    console.log(`  ${line}`)
}

function peakMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}
