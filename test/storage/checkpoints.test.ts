import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as letOthersTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ArchiveId } from '../../src/core/ids.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { at, insertAgent, insertArchive, insertPassages } from '../support/stores.ts'
import { createWorkplace, readValue, type Workplace } from './workplace.ts'

/* The thread that copies the -wal into the file while much is written. */

let work: Workplace
let storage: Storage
let archiveId: ArchiveId
beforeEach(async () => {
  work = await createWorkplace()
  storage = await work.open()
  const store = storage.in('default')
  archiveId = await insertArchive(store, (await insertAgent(store)).id)
})
afterEach(() => work.clear())

const PATIENCE = { timeout: 30_000, interval: 250 }

/** Writes as a load does: one transaction right after the other. */
async function writeMuch(commits: number, characters = 10): Promise<void> {
  for (let commit = 0; commit < commits; commit += 1) {
    const text = `${commit} ${'x'.repeat(characters)}`
    await insertPassages(storage.in('default'), archiveId, [{ text }])
    await letOthersTurn()
  }
}

/** Passages in the file without its -wal. */
function passagesInFile(): unknown {
  const copy = join(work.directory, 'copy.db')
  // Reading the file here would drop the locks that this process holds on it.
  const script = 'fs.copyFileSync(process.argv[1], process.argv[2])'
  execFileSync(process.execPath, ['-e', script, work.path, copy])
  return readValue(copy, 'SELECT count(*) FROM passage')
}

test('what many commits have left in the -wal is copied into the file without another one', async () => {
  // Too little for SQLite to copy it in a commit.
  await writeMuch(60)
  expect(statSync(`${work.path}-wal`).size).toBeLessThan(1_000 * 4_096)
  await vi.waitFor(() => expect(passagesInFile()).toBe(60), PATIENCE)
}, 60_000)

test('the -wal begins anew however much is written', async () => {
  const written = 16 * 1024 * 1024
  const each = 90_000
  for (let total = 0, round = 0; total < written; total += 30 * each, round += 1)
    await writeMuch(30, each + round)
  // Each text is written twice, as a text and as a word, and some pages again and again.
  expect(statSync(`${work.path}-wal`).size).toBeLessThan(2 * written)
}, 180_000)

test('what is deleted while it copies leaves the file and the -wal', async () => {
  await writeMuch(60)
  const [canary] = await insertPassages(storage.in('default'), archiveId, [{ text: 'canary4711' }])
  if (!canary) throw new Error('it was not inserted')
  await writeMuch(30)
  const { id } = canary
  await storage.in('default').transaction((tx) => tx.passages.delete(archiveId, id, at()))
  await writeMuch(30)
  const files = [work.path, `${work.path}-wal`].filter((file) => existsSync(file))
  const contents = () => files.map((file) => readFileSync(file, 'latin1').includes('canary4711'))
  await vi.waitFor(() => expect(contents()).toEqual([false, false]), PATIENCE)
}, 60_000)

test('a file that is closed while it copies is whole', async () => {
  await writeMuch(70)
  await storage.close()
  expect(existsSync(`${work.path}-wal`)).toBe(false)
  expect(readValue(work.path, 'SELECT count(*) FROM passage')).toBe(70)
  expect(readValue(work.path, 'PRAGMA integrity_check')).toBe('ok')
})
