import type DatabaseHandle from 'better-sqlite3'
import { MIGRATIONS } from '../migrations/index.ts'
import { digestOf } from '../passages/add-passages.ts'
import { isDamage } from './errors.ts'

/** Maximum number of reported defects: with more, a backup helps and a list does not. Chosen by hand. */
const MAX_PROBLEMS = 100

/** Checks that SQLite does not make. Each query returns damaged rows, reported by table. */
const STORED_AS_TOLD: readonly (readonly [what: string, sql: string])[] = [
  ['message without a body', 'SELECT count(*) FROM message WHERE NOT json_valid(body)'],
  [
    'agent without settings',
    'SELECT count(*) FROM agent WHERE NOT (json_valid(tools) AND json_valid(tool_rules) AND json_valid(settings))',
  ],
  ['run without warnings', 'SELECT count(*) FROM run WHERE NOT json_valid(warnings)'],
  [
    'passage whose text is not the one that was stored',
    'SELECT count(*) FROM passage WHERE digest <> passage_digest(source, text)',
  ],
  ['block of zeros', `SELECT count(*) FROM block WHERE ${zeroed('value')}`],
  ['version of a block of zeros', `SELECT count(*) FROM block_version WHERE ${zeroed('value')}`],
  ...['passage', 'message'].flatMap((table) => [
    [
      `${table} that search does not know`,
      `SELECT count(*) FROM ${table} WHERE text <> '' AND row NOT IN (SELECT id FROM ${table}_words_docsize)`,
    ] as const,
    [
      `entry of search without its ${table}`,
      `SELECT count(*) FROM ${table}_words_docsize WHERE id NOT IN (SELECT row FROM ${table})`,
    ] as const,
  ]),
]

/**
 * All defects in the data, a phrase each; empty: none. Reads the whole file. In a database of another schema version,
 * whose tables may differ, only SQLite's own checks run.
 */
export function checkIntegrity(handle: DatabaseHandle.Database): readonly string[] {
  const ownProblems = asProblems(() => {
    const rows = handle.pragma(`integrity_check(${MAX_PROBLEMS})`) as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
  })
  // SQLite reports several findings as lines of one text, under the name of the database.
  const problems = ownProblems.flatMap((text) => text.split('\n'))
  const orphans = asProblems(() => {
    const rows = handle.pragma('foreign_key_check') as { table: string }[]
    const tables = [...new Set(rows.map(({ table }) => table))]
    return tables.map((table) => `rows of ${table} that belong to nothing`)
  })
  handle.function('passage_digest', { deterministic: true }, (source, text) =>
    digestOf({ source: String(source), text: String(text) }),
  )
  const told = (hasPresentSchema(handle) ? STORED_AS_TOLD : []).flatMap(([what, sql]) =>
    asProblems(() => {
      const count = Number(handle.prepare(sql).pluck().get())
      return count > 0 ? [`${count} × ${what}`] : []
    }),
  )
  return [...new Set([...problems, ...orphans, ...told])].slice(0, MAX_PROBLEMS)
}

function hasPresentSchema(handle: DatabaseHandle.Database): boolean {
  try {
    const version = handle.prepare('SELECT version FROM schema_version').pluck().get()
    return version === MIGRATIONS.length
  } catch {
    return false
  }
}

/** An unreadable page is itself a defect. */
function asProblems(check: () => readonly string[]): readonly string[] {
  try {
    return check()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return [isDamage(error) ? text : `a check could not be made: ${text}`]
  }
}

/** SQLite does not notice if a page of a long text was overwritten with zeros. */
function zeroed(column: string): string {
  return `instr(CAST(${column} AS BLOB), zeroblob(16)) > 0`
}
