import DatabaseHandle from 'better-sqlite3'

/* What is in the database, read without the product: the harness must not take its word for anything. */

export interface RunRow {
  readonly row: number
  readonly id: string
  readonly agent_id: string
  readonly status: string
  readonly stop_reason: string | null
  readonly input: string
  readonly idempotency_key: string | null
  readonly created_at: string
  readonly completed_at: string | null
}

export interface MessageRow {
  readonly agent_id: string
  readonly seq: number
  readonly run_id: string | null
  readonly role: string
  readonly body: MessageBody
}

export interface MessageBody {
  readonly text: string
  readonly toolCalls?: readonly { readonly id: string; readonly name: string }[]
  readonly callId?: string
  readonly toolName?: string
  readonly status?: string
}

export interface VersionRow {
  readonly block_id: string
  readonly version: number
  readonly value: string
  readonly call_id: string | null
}

export interface Records {
  readonly runs: readonly RunRow[]
  /** By agent, in order. */
  readonly messages: readonly MessageRow[]
  readonly versions: readonly VersionRow[]
  readonly blocks: readonly {
    readonly id: string
    readonly agent_id: string
    readonly value: string
    readonly version: number
  }[]
  readonly passages: readonly { readonly id: string; readonly text: string }[]
  readonly leases: readonly { readonly agent_id: string; readonly owner: string }[]
  readonly steps: readonly {
    readonly run_id: string
    readonly number: number
    readonly state: string
    readonly attempts: number
  }[]
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly arguments: string
    readonly state: string
    readonly status: string | null
  }[]
}

export function readRecords(database: string): Records {
  const db = new DatabaseHandle(database, { readonly: true, timeout: 5_000 })
  try {
    // Of the tables above, which are this file's own words for it.
    const all = <T>(sql: string) => db.prepare<[], T>(sql).all()
    return db.transaction(
      (): Records => ({
        runs: all('SELECT * FROM run ORDER BY row'),
        messages: all<Omit<MessageRow, 'body'> & { readonly body: string }>(
          'SELECT agent_id, seq, run_id, role, body FROM message ORDER BY agent_id, seq',
        ).map((message) => ({ ...message, body: JSON.parse(message.body) as MessageBody })),
        versions: all('SELECT * FROM block_version ORDER BY block_id, version'),
        blocks: all(
          'SELECT block.*, agent_id FROM block JOIN agent_block ON block_id = block.id ORDER BY id',
        ),
        passages: all('SELECT id, text FROM passage'),
        leases: all('SELECT agent_id, owner FROM lease'),
        steps: all('SELECT * FROM step ORDER BY run_id, number'),
        calls: all('SELECT * FROM tool_call'),
      }),
    )()
  } finally {
    db.close()
  }
}

const OPEN = `status IN ('queued', 'running', 'waiting', 'requires_approval')`

/** How many runs are not over. */
export function openRuns(database: string): number {
  const db = new DatabaseHandle(database, { readonly: true, timeout: 5_000 })
  try {
    const row = db
      .prepare<[], { readonly count: number }>(`SELECT count(*) AS count FROM run WHERE ${OPEN}`)
      .get()
    return row?.count ?? 0
  } finally {
    db.close()
  }
}

/** SQLite's own checks of the file and of both keyword indexes, on a copy, since the latter want to write. */
export async function checkFile(database: string): Promise<readonly string[]> {
  const copy = `${database}.copy`
  const live = new DatabaseHandle(database, { readonly: true, timeout: 5_000 })
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
