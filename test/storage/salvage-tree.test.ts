import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDamagedFile, type DamagedFile, PASSAGES } from './damaged-file.ts'

/* Damage to the tree of a table: searches go astray, and a row leads to another that does not follow it. */

let file: DamagedFile

beforeEach(async () => {
  file = await createDamagedFile()
})
afterEach(() => file.clear())

/** The pages of rows, and the entries of the page above them; the header of that takes 12 bytes. */
function openTree() {
  const root = file.pageAt('passage', '/')
  const leaves = file.leaves('passage')
  const bytes = file.bytes()
  const entries = bytes.readUInt16BE(root + 3)
  const entryAt = (place: number) => root + bytes.readUInt16BE(root + 12 + 2 * place)
  return { root, leaves, bytes, entries, entryAt, pageOf: (at: number) => 1 + at / 4_096 }
}

function leadTo(entry: number, page: number): void {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(page)
  file.overwrite(entry, number)
}

/** The offset of a row's number on its page, behind the two bytes of its size. */
function numberAt(place: number, cell: number): number {
  const { leaves, bytes } = openTree()
  const page = leaves[place]?.at ?? 0
  return page + bytes.readUInt16BE(page + 8 + 2 * cell) + 2
}

/** Numbers from 128 to 16383 take two bytes. */
const asNumber = (number: number) => Buffer.from([0x80 | (number >> 7), number & 0x7f])

async function salvagePassages() {
  const { rows = 0, lost } = (await file.salvage()).get('passage') ?? {}
  const [[ids = 0] = []] = file.salvaged('SELECT count(DISTINCT id) FROM passage')
  expect(ids).toBe(rows)
  return { rows, lost }
}

test('an index that claims more than fits into memory ends the salvage of no table', async () => {
  // Behind a damaged page the indexes are asked for the last row.
  const [index] = file.leaves('sqlite_autoindex_passage_1')
  const at = index?.at ?? 0
  const cell = at + file.bytes().readUInt16BE(at + 8)
  file.overwrite(cell, Buffer.from([0x8f, 0xff, 0xff, 0xff, 0x7f]))
  const damaged = openTree().leaves[3]
  const lost = damaged?.cells ?? 0
  file.overwritePage(damaged?.at ?? 0)
  expect(await salvagePassages()).toEqual({ rows: PASSAGES - lost, lost })
})

test('a number that belongs to a later row hides none between them, and its row gets another', async () => {
  // Behind a damaged page, rows are tried one by one.
  const damaged = openTree().leaves[20]
  const number = numberAt(21, 0)
  file.overwritePage(damaged?.at ?? 0)
  file.overwrite(number, asNumber(PASSAGES - 2))
  expect((await salvagePassages()).rows).toBe(PASSAGES - (damaged?.cells ?? 0))
  expect(file.salvaged('SELECT max(row) FROM passage')).toEqual([[PASSAGES + 1]])
})

test('an entry that leads to a page further on hides no row before that', async () => {
  const { entryAt, leaves, pageOf } = openTree()
  leadTo(entryAt(5), pageOf(leaves[30]?.at ?? 0))
  expect((await salvagePassages()).rows).toBe(PASSAGES - (leaves[5]?.cells ?? 0))
})

test('rows are salvaged though each search for them goes astray', async () => {
  const { entries, entryAt } = openTree()
  // The entry with which a search begins; behind the number of its page.
  file.overwrite(entryAt(Math.floor((entries - 1) / 2)) + 4, asNumber(1_000))
  expect((await salvagePassages()).rows).toBe(PASSAGES)
})

test('an entry that leads back to the first page hides only its own rows', async () => {
  const { entryAt, leaves, root, pageOf } = openTree()
  leadTo(entryAt(5), pageOf(root))
  expect((await salvagePassages()).rows).toBe(PASSAGES - (leaves[5]?.cells ?? 0))
})

test.each(['agent', 'sqlite_autoindex_passage_1'])(
  'an entry that leads to a page of %s hides only its own rows',
  async (other) => {
    const { entryAt, leaves, pageOf } = openTree()
    leadTo(entryAt(5), pageOf(file.pageAt(other, '/')))
    expect((await salvagePassages()).rows).toBe(PASSAGES - (leaves[5]?.cells ?? 0))
  },
)

test('entries that are none hide the rows of no page that is reached from the other side', async () => {
  const { root, entries } = openTree()
  const count = Buffer.alloc(2)
  // No search gets past them.
  count.writeUInt16BE(entries * 3)
  file.overwrite(root + 3, count)
  expect((await salvagePassages()).rows).toBe(PASSAGES)
})
