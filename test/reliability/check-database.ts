import DatabaseHandle from 'better-sqlite3'
import { isPostgres, pathOf, readDatabase, withClient } from './database.ts'

/** Entries that have words, and so must be in a keyword index. */
const WORDED = [
  ['passage', 'true'],
  ['message', `text <> ''`],
] as const

/** Checks whether the database is whole, as far as it can tell itself; one sentence for each fault. */
export function checkDatabase(url: string): Promise<readonly string[]> {
  return isPostgres(url) ? checkServer(url) : checkFile(pathOf(url))
}

/** SQLite's own checks of the file and of both keyword indexes, on a copy, since the latter want to write. */
async function checkFile(path: string): Promise<readonly string[]> {
  const copy = `${path}.copy`
  const live = new DatabaseHandle(path, { readonly: true, timeout: 5_000 })
  await live.backup(copy)
  live.close()
  const db = new DatabaseHandle(copy)
  const problems: string[] = []
  const integrity = db.pragma('integrity_check', { simple: true })
  if (integrity !== 'ok') problems.push(`integrity_check: ${String(integrity)}`)
  const orphans = db.pragma('foreign_key_check') as readonly unknown[]
  if (orphans.length > 0) problems.push(`foreign_key_check: ${orphans.length} rows`)
  for (const [table, condition] of WORDED) {
    try {
      db.exec(`INSERT INTO ${table}_words(${table}_words) VALUES ('integrity-check')`)
    } catch (error) {
      problems.push(`${table}_words: ${String(error)}`)
    }
    const { count } = db
      .prepare<[], { readonly count: number }>(
        `WITH indexed AS (SELECT rowid AS row FROM ${table}_words),
          worded AS (SELECT row FROM ${table} WHERE ${condition})
        SELECT (SELECT count(*) FROM (SELECT row FROM worded EXCEPT SELECT row FROM indexed))
          + (SELECT count(*) FROM (SELECT row FROM indexed EXCEPT SELECT row FROM worded)) AS count`,
      )
      .get() ?? { count: -1 }
    if (count !== 0) problems.push(`${table}_words: ${count} rows differ from ${table}`)
  }
  db.close()
  return problems
}

async function checkServer(url: string): Promise<readonly string[]> {
  await withClient(url, (client) => client.query('CREATE EXTENSION IF NOT EXISTS amcheck'))
  return readDatabase(url, async (rows) => {
    const problems: string[] = []
    // Throws where an index does not have what its table has.
    await rows(
      `SELECT bt_index_check(pg_index.indexrelid, true) FROM pg_index
       JOIN pg_class ON pg_class.oid = pg_index.indexrelid JOIN pg_am ON pg_am.oid = pg_class.relam
       WHERE pg_am.amname = 'btree' AND pg_class.relnamespace = current_schema()::regnamespace`,
    ).catch((error: unknown) => problems.push(`amcheck: ${String(error)}`))
    for (const [table, condition] of WORDED) {
      const [row] = await rows<{ readonly count: number }>(
        `SELECT (
          SELECT count(*) FROM ${table} WHERE ${condition}
            AND NOT EXISTS (SELECT 1 FROM ${table}_words WHERE entry = ${table}."row")
        ) + (
          SELECT count(*) FROM ${table}_words WHERE NOT EXISTS (
            SELECT 1 FROM ${table} WHERE "row" = entry AND ${condition})
        ) AS count`,
      )
      if (row?.count !== 0) problems.push(`${table}_words: ${row?.count} rows differ from ${table}`)
    }
    return problems
  })
}
