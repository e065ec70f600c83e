import type DatabaseHandle from 'better-sqlite3'
import { MIGRATIONS } from '../migrations/index.ts'
import { digestOf } from '../passages/add-passages.ts'
import { isDamage } from './errors.ts'

/** So many are told of; whoever has more needs a backup, not a list. */
const MAX_PROBLEMS = 100

/** What SQLite does not look into. Of each row that is found the check names its table. */
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
 * Everything that is wrong with the data, a phrase each; empty: nothing. Reads all of it. Of a database of another
 * schema version, whose tables may differ, only what SQLite itself can tell is checked.
 */
export function checkIntegrity(handle: DatabaseHandle.Database): readonly string[] {
  const ownProblems = asProblems(() => {
    const rows = handle.pragma(`integrity_check(${MAX_PROBLEMS})`) as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
  })
  // Its findings come in lines, under the name of the database.
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

/** Where a page can't be read at all, that is what was found. */
function asProblems(check: () => readonly string[]): readonly string[] {
  try {
    return check()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return [isDamage(error) ? text : `a check could not be made: ${text}`]
  }
}

/** A page of a long text that was overwritten with zeros looks whole to SQLite. */
function zeroed(column: string): string {
  return `instr(CAST(${column} AS BLOB), zeroblob(16)) > 0`
}
