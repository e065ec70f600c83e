import type DatabaseHandle from 'better-sqlite3'
import { at } from '../support/stores.ts'

export type Row = Readonly<Record<string, string | number | null>>

/** Writes rows as a Recollect of before did. */
export function inserter(handle: DatabaseHandle.Database) {
  return (table: string, row: Row) => {
    const columns = Object.keys(row)
    const places = columns.map((column) => `@${column}`)
    handle
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`)
      .run(row)
  }
}

/** As the first version had it. */
export function oldAgent(id: string, fields: Row = {}): Row {
  return {
    namespace: 'default',
    id,
    name: 'Ada',
    description: '',
    agent_type: 'memgpt_agent',
    context_window: 8_000,
    tools: '["send_message"]',
    last_message: 0,
    created_at: at(),
    updated_at: at(),
    ...fields,
  }
}
