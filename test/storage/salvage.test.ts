import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { salvageSqlite } from '../../src/storage/sqlite/salvage.ts'
import { insertAgent, insertArchive, insertPassages } from '../support/stores.ts'
import { createWorkplace, look, type Workplace } from './workplace.ts'

/* A single damaged page, and what becomes of it; test/reliability/damage-rounds damages pages at random. */

let work: Workplace
let target: string

beforeEach(async () => {
  work = await createWorkplace()
  target = join(work.directory, 'salvaged.db')
  const storage = await work.open()
  const store = storage.in('default')
  const agent = await insertAgent(store)
  const archive = await insertArchive(store, agent.id)
  const passages = Array.from({ length: 400 }, (_, number) => ({
    id: newId('passage'),
    text: `Fact ${number} about ${'looms '.repeat(40)}`,
  }))
  await insertPassages(store, archive, passages)
  await storage.close()
})
afterEach(() => work.clear())

/** Overwrites the page of a table at a place in its tree. */
function overwrite(table: string, path: string): void {
  const at = look(work.path, (handle) =>
    handle
      .prepare('SELECT pgoffset FROM dbstat WHERE name = ? AND path = ?')
      .pluck()
      .get(table, path),
  )
  const file = openSync(work.path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, Number(at))
  closeSync(file)
}

async function salvage() {
  const { tables } = await salvageSqlite(work.path, target, new Date())
  return new Map(tables.map(({ name, rows, lost }) => [name, { rows, lost }]))
}

test('a table whose first page is damaged is given up at once, and the others are whole', async () => {
  overwrite('passage', '/')
  const tables = await salvage()
  expect(tables.get('passage')).toEqual({ rows: 0, lost: null })
  expect(tables.get('agent')).toEqual({ rows: 1, lost: 0 })
})

test('rows before and after a damaged page are salvaged, and those on it counted', async () => {
  overwrite('passage', '/003/')
  const { rows = 0, lost } = (await salvage()).get('passage') ?? {}
  expect(lost).toBeGreaterThan(0)
  expect(rows + Number(lost)).toBe(400)
  const numbers = look(target, (handle) =>
    handle.prepare('SELECT min(rowid), max(rowid), count(*) FROM passage').raw().get(),
  )
  expect(numbers).toEqual([1, 400, rows])
})
