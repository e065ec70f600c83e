import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'

/* Rows that SQLite can read of a file that may be damaged. */

export const TABLES = [
  'agent',
  'block',
  'block_version',
  'archive',
  'passage',
  'message',
  'run',
  'agent_block',
  'agent_archive',
] as const
/** SQL that identifies a row of each table, also in a copy. */
const KEYS: Readonly<Record<(typeof TABLES)[number], string>> = {
  agent: 'id',
  block: 'id',
  block_version: "block_id || ' ' || version",
  archive: 'id',
  passage: 'id',
  message: 'id',
  run: 'id',
  agent_block: "agent_id || ' ' || block_id",
  agent_archive: "agent_id || ' ' || archive_id",
}

export function findsDamage(file: string): boolean {
  try {
    return lookAt(file, (handle) => handle.pragma('integrity_check', { simple: true }) !== 'ok')
  } catch {
    return true
  }
}

/** Keys by table. */
export type Rows = ReadonlyMap<string, ReadonlySet<string>>

/**
 * One row after the other by its number, whatever is wrong with the others, and the rows as their pages follow each
 * other from either end. Those may lead to another table, so that only rows of `stored` count.
 */
export function readableRows(file: string, stored?: Rows): Rows {
  const found = new Map<string, Set<string>>()
  try {
    lookAt(file, (handle) => {
      handle.pragma('writable_schema = ON')
      for (const table of TABLES) {
        const keys = new Set<string>()
        found.set(table, keys)
        const add = (row: unknown) => {
          const key = (row as Record<string, unknown> | undefined)?.['~key']
          if (typeof key === 'string' && stored?.get(table)?.has(key) !== false) keys.add(key)
        }
        const select = `SELECT *, ${KEYS[table]} AS "~key" FROM ${table} NOT INDEXED`
        try {
          const row = handle.prepare(`${select} WHERE rowid = ?`)
          for (let number = 1; number <= MAX_ROWS; number += 1) {
            try {
              add(row.get(number))
            } catch {
              // That one can't be read.
            }
          }
        } catch {
          // Nor can the table.
        }
        for (const order of ['', 'DESC']) {
          try {
            for (const row of handle.prepare(`${select} ORDER BY rowid ${order}`).iterate())
              add(row)
          } catch {
            // Nor what follows.
          }
        }
      }
    })
  } catch {
    // SQLite does not take it for a database.
  }
  return found
}

/** Far more than there are. */
const MAX_ROWS = 2_000

/** Looks at a copy, because SQLite may write files beside it. */
function lookAt<T>(file: string, look: (handle: DatabaseHandle.Database) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'recollect-look-'))
  const copy = join(directory, 'copy.db')
  copyFileSync(file, copy)
  try {
    const handle = new DatabaseHandle(copy)
    try {
      return look(handle)
    } finally {
      handle.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
