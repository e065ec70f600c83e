import DatabaseHandle from 'better-sqlite3'
import { isPostgres, pathOf, readDatabase } from './database.ts'

/** What the database itself can say about whether it is whole; one sentence for each fault. */
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
  for (const [table, condition] of [
    ['passage', 'true'],
    ['message', `text <> ''`],
  ]) {
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

async function checkServer(_url: string): Promise<readonly string[]> {
  return []
}
