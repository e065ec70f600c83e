import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDamagedFile, type DamagedFile, PASSAGES } from './damaged-file.ts'

/* A single damaged page, and what becomes of it; test/reliability/damage-rounds damages pages at random. */

let file: DamagedFile

beforeEach(async () => {
  file = await createDamagedFile()
})
afterEach(() => file.clear())

test('a table whose first page is damaged is given up at once, and the others are whole', async () => {
  file.overwritePage(file.pageAt('passage', '/'))
  const tables = await file.salvage()
  expect(tables.get('passage')).toEqual({ rows: 0, lost: null })
  expect(tables.get('agent')).toEqual({ rows: 1, lost: 0 })
})

test('rows before and after a damaged page are salvaged, and those on it counted', async () => {
  file.overwritePage(file.pageAt('passage', '/003/'))
  const { rows = 0, lost } = (await file.salvage()).get('passage') ?? {}
  expect(lost).toBeGreaterThan(0)
  expect(rows + Number(lost)).toBe(PASSAGES)
  const numbers = file.salvaged('SELECT min(rowid), max(rowid), count(*) FROM passage')
  expect(numbers).toEqual([[1, PASSAGES, rows]])
})

test('rows beside one wrong entry of the first page are salvaged', async () => {
  const root = file.pageAt('passage', '/')
  // The pointer to the first entry, behind the page's header of 12 bytes. SQLite takes it for one that is not too large,
  // which leads to the pointers themselves, and not behind the page, where anything may be.
  file.overwrite(root + 12, Buffer.from([0x10, 12 + 20]))
  const { rows = 0, lost } = (await file.salvage()).get('passage') ?? {}
  expect(rows).toBeGreaterThan(300)
  expect(rows + Number(lost)).toBe(PASSAGES)
})

test('a row that claims to be larger than SQLite allows is left out, and no other', async () => {
  const page = file.pageAt('passage', '/003/')
  const bytes = file.bytes()
  const cell = page + bytes.readUInt16BE(page + 8 + 2 * 2)
  const [number = 0, header = 0] = bytes.subarray(cell + 2, cell + 4)
  const huge = [0x8f, 0xff, 0xff, 0xff, 0x7f]
  // The size of the row, its number, the size of its header, and there the types of the first two columns.
  file.overwrite(cell, Buffer.from([...huge, number, header, 0, ...huge]))
  expect((await file.salvage()).get('passage')).toEqual({ rows: PASSAGES - 1, lost: 1 })
})

const vectorsOf = (range: string) => `
  INSERT INTO vector_set (row, namespace, kind, owner_id, handle, dimension, state, created_at)
    SELECT 1, namespace, 'archive', id, 'made/up', 2, 'serving', created_at FROM archive;
  INSERT INTO vector (row, set_row, entry_row, vector)
    SELECT row, 1, row, zeroblob(8) FROM passage WHERE row BETWEEN ${range};
  PRAGMA wal_checkpoint(TRUNCATE);`

test('of two vectors with one entry one is left out, and no other', async () => {
  file.change(vectorsOf('101 AND 103'))
  const page = file.pageAt('vector', '/')
  const cell = page + file.bytes().readUInt16BE(page + 8)
  // Behind the size of the row, its number and five bytes of types.
  file.overwrite(cell + 7, Buffer.from([102]))
  expect((await file.salvage()).get('vector')).toEqual({ rows: 2, lost: 1 })
  expect(file.salvaged('SELECT entry_row FROM vector ORDER BY entry_row')).toEqual([[102], [103]])
})

test('a vector whose passage is lost goes with it, and each set looks for passages without one', async () => {
  file.change(vectorsOf('1 AND 400'))
  const lost = file.leaves('passage')[3]?.cells ?? 0
  file.overwritePage(file.leaves('passage')[3]?.at ?? 0)
  expect((await file.salvage()).get('vector')).toEqual({ rows: PASSAGES - lost, lost: 0 })
  expect(file.salvaged('SELECT count(*) FROM vector')).toEqual([[PASSAGES - lost]])
  expect(file.salvaged('SELECT filled_to FROM vector_set')).toEqual([['']])
})

test('a wrong row number hides no row behind it', async () => {
  const pages = file.leaves('passage')
  // Behind a damaged page rows are read in batches of 31, whose last one then has the number.
  let left = 31
  const page = pages.find(({ cells }) => {
    if (left <= cells) return true
    left -= cells
    return false
  })
  const at = page?.at ?? 0
  const cell = file.bytes().readUInt16BE(at + 8 + 2 * (left - 1))
  // Behind two bytes with the size of the row; far above the number of any row.
  file.overwrite(at + cell + 2, Buffer.from([0xff, 0x7f]))
  file.overwritePage(pages[8]?.at ?? 0)
  const { rows = 0 } = (await file.salvage()).get('passage') ?? {}
  expect(rows).toBe(PASSAGES - 1 - (pages[8]?.cells ?? 0))
})
