import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
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

/** The page of a table at a place in its tree, by its offset in the file. */
function pageAt(table: string, path: string): number {
  const at = look(work.path, (handle) =>
    handle
      .prepare('SELECT pgoffset FROM dbstat WHERE name = ? AND path = ?')
      .pluck()
      .get(table, path),
  )
  return Number(at)
}

function overwrite(at: number, bytes: Buffer): void {
  const file = openSync(work.path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

const overwritePage = (table: string, path: string) =>
  overwrite(pageAt(table, path), Buffer.alloc(4_096, 0x5a))

async function salvage() {
  const { tables } = await salvageSqlite(work.path, target, new Date())
  return new Map(tables.map(({ name, rows, lost }) => [name, { rows, lost }]))
}

test('a table whose first page is damaged is given up at once, and the others are whole', async () => {
  overwritePage('passage', '/')
  const tables = await salvage()
  expect(tables.get('passage')).toEqual({ rows: 0, lost: null })
  expect(tables.get('agent')).toEqual({ rows: 1, lost: 0 })
})

test('rows before and after a damaged page are salvaged, and those on it counted', async () => {
  overwritePage('passage', '/003/')
  const { rows = 0, lost } = (await salvage()).get('passage') ?? {}
  expect(lost).toBeGreaterThan(0)
  expect(rows + Number(lost)).toBe(400)
  const numbers = look(target, (handle) =>
    handle.prepare('SELECT min(rowid), max(rowid), count(*) FROM passage').raw().get(),
  )
  expect(numbers).toEqual([1, 400, rows])
})

test('rows beside one wrong entry of the first page are salvaged', async () => {
  const root = pageAt('passage', '/')
  // The pointer to the first entry, behind the page's header of 12 bytes.
  overwrite(root + 12, Buffer.from([0xff, 0xff]))
  const { rows = 0, lost } = (await salvage()).get('passage') ?? {}
  expect(rows).toBeGreaterThan(300)
  expect(rows + Number(lost)).toBe(400)
})

test('a row that claims to be larger than SQLite allows is left out, and no other', async () => {
  const page = pageAt('passage', '/003/')
  const bytes = readFileSync(work.path)
  const cell = page + bytes.readUInt16BE(page + 8 + 2 * 2)
  const [number = 0, header = 0] = bytes.subarray(cell + 2, cell + 4)
  const huge = [0x8f, 0xff, 0xff, 0xff, 0x7f]
  // The size of the row, its number, the size of its header, and there the types of the first two columns.
  overwrite(cell, Buffer.from([...huge, number, header, 0, ...huge]))
  expect((await salvage()).get('passage')).toEqual({ rows: 399, lost: 1 })
})

test('a wrong row number hides no row behind it', async () => {
  const pages = look(work.path, (handle) =>
    handle
      .prepare(
        "SELECT pgoffset AS at, ncell AS cells FROM dbstat WHERE name = 'passage' AND pagetype = 'leaf' ORDER BY path",
      )
      .all(),
  ) as readonly { readonly at: number; readonly cells: number }[]
  // Behind a damaged page rows are read in batches of 31, whose last one then has the number.
  let left = 31
  const page = pages.find(({ cells }) => {
    if (left <= cells) return true
    left -= cells
    return false
  })
  const at = page?.at ?? 0
  const cell = readFileSync(work.path).readUInt16BE(at + 8 + 2 * (left - 1))
  // Behind two bytes with the size of the row; far above the number of any row.
  overwrite(at + cell + 2, Buffer.from([0xff, 0x7f]))
  overwrite(pages[8]?.at ?? 0, Buffer.alloc(4_096, 0x5a))
  const { rows = 0 } = (await salvage()).get('passage') ?? {}
  expect(rows).toBe(400 - 1 - (pages[8]?.cells ?? 0))
})
