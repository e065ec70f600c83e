import { afterEach, beforeEach, expect, test } from 'vitest'
import { ALL_TABLES, COPIED_TABLES } from '../../src/storage/copy/tables.ts'
import { createWorkplace, look, type Workplace } from './workplace.ts'

/* The list of what is copied, held against the database as migrations make it. */

let work: Workplace
beforeEach(async () => {
  work = await createWorkplace()
  await work.open()
})
afterEach(() => work.clear())

/** SQLite's own tables and those of FTS5 are named after what they belong to. */
const OF_OTHERS = /^(sqlite_|(passage|message)_words)/

const names = (query: string) =>
  look(work.path, (handle) => handle.prepare(query).pluck().all() as string[])

test('every table of a migrated database is copied or rebuilt', () => {
  const tables = names("SELECT name FROM sqlite_master WHERE type = 'table'")
  const ours = tables.filter((name) => !OF_OTHERS.test(name))
  expect(ALL_TABLES.toSorted()).toEqual(ours.toSorted())
})

test('the key of a copied table is its primary key', () => {
  for (const { name, key } of COPIED_TABLES) {
    const primary = names(`SELECT name FROM pragma_table_info('${name}') WHERE pk > 0 ORDER BY pk`)
    expect([name, key]).toEqual([name, primary])
  }
})

test('no table is copied before one that it refers to', () => {
  const order = COPIED_TABLES.map(({ name }) => String(name))
  for (const name of order) {
    const referred = names(`SELECT "table" FROM pragma_foreign_key_list('${name}')`)
    for (const other of referred) expect(order.indexOf(other)).toBeLessThan(order.indexOf(name))
  }
})
