import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newHome, removeHomes, runCommand, withoutKey } from '../e2e/support.ts'
import { BINARY } from '../support/connect.ts'
import { readDatabase } from './database.ts'
import { until } from './harness.ts'

/* Loads whose process is killed. RECOLLECT_TEST_FULL: as much and as often as was promised. */

const IS_FULL = process.env.RECOLLECT_TEST_FULL === '1'
const KILLS = IS_FULL ? 10 : 3
const FILES = IS_FULL ? 10_000 : 100
const MESSAGES = IS_FULL ? 180_000 : 1_000
const PATIENCE = IS_FULL ? 3_000_000 : 240_000

afterAll(removeHomes)

async function newData() {
  const home = newHome()
  const environment = withoutKey(home)
  await runCommand(['chat', 'Ada', '--create'], environment)
  const url = environment.RECOLLECT_DATABASE_URL ?? `file:${join(home, 'recollect.db')}`
  const different = (table: 'message' | 'passage') =>
    readDatabase(url, async (rows) => {
      const all = await rows<{ readonly text: string }>(`SELECT text FROM ${table}`)
      return new Set(all.map(({ text }) => text)).size
    })
  const count = (table: 'message' | 'passage') =>
    readDatabase(url, async (rows) => {
      const [row] = await rows<{ readonly n: number | string }>(
        `SELECT count(*) AS n FROM ${table}`,
      )
      return Number(row?.n)
    })
  return { home, environment, different, count }
}

type Data = Awaited<ReturnType<typeof newData>>

/** Kills the command each time that it has come some way; the same command goes on. */
async function loadKilled(
  { environment, count }: Data,
  args: readonly string[],
  table: 'message' | 'passage',
  total: number,
): Promise<string> {
  const before = await count(table)
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const child = spawn(process.execPath, [BINARY, 'load', ...args], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: 'ignore',
    })
    const over = once(child, 'close')
    const goal = before + (total / (KILLS + 1)) * kill
    await until(
      async () => (await count(table)) >= goal || undefined,
      PATIENCE,
      `${goal} are there`,
    )
    child.kill('SIGKILL')
    await over
    expect(await count(table), 'it was killed too late').toBeLessThan(before + total)
  }
  const child = spawn(process.execPath, [BINARY, 'load', ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let report = ''
  child.stdout.on('data', (piece) => {
    report += piece
  })
  expect((await once(child, 'close'))[0]).toBe(0)
  expect(await count(table)).toBe(before + total)
  return report
}

test(
  'a folder is complete and has no doubles, however often its load is killed',
  async () => {
    const data = await newData()
    const folder = join(data.home, 'notes')
    for (let file = 0; file < FILES; file += 1) {
      const part = join(folder, `part-${file % 50}`)
      mkdirSync(part, { recursive: true })
      writeFileSync(join(part, `${file}.md`), `# Note ${file}\n\nThe number of it is ${file}.`)
    }
    const report = await loadKilled(data, [folder, '--agent', 'Ada'], 'passage', FILES)
    expect(report).toBe(`Took ${FILES} passages from ${FILES} files.\n`)
    expect(await data.different('passage')).toBe(FILES)
  },
  PATIENCE,
)

test(
  'an export of conversations is complete and has no doubles, however often its load is killed',
  async () => {
    const data = await newData()
    const path = join(data.home, 'conversations.json')
    await writeExport(path)
    const args = [path, '--agent', 'Ada', '--into', 'conversation']
    const report = await loadKilled(data, args, 'message', MESSAGES)
    expect(report).toBe(`Took ${MESSAGES} messages from 1 file.\n`)
    expect(await data.different('message')).toBe(MESSAGES)
  },
  PATIENCE,
)

/** As Claude exports it; about 700 bytes for each message. */
async function writeExport(path: string): Promise<void> {
  const file = createWriteStream(path)
  const each = 50
  for (let from = 0; from < MESSAGES; from += each) {
    const chat_messages = Array.from({ length: each }, (_, index) => ({
      sender: index % 2 === 0 ? 'human' : 'assistant',
      created_at: new Date(1_700_000_000_000 + (from + index) * 60_000).toISOString(),
      text: `Message ${from + index} ${'of a long talk about boats and tides. '.repeat(16)}`,
    }))
    const conversation = { uuid: `c${from}`, name: `Talk ${from}`, chat_messages }
    if (!file.write(`${from === 0 ? '[' : ','}${JSON.stringify(conversation)}`))
      await once(file, 'drain')
  }
  file.end(']')
  await once(file, 'close')
}
