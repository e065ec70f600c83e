import type DatabaseHandle from 'better-sqlite3'
import { digestOf } from '../passages/add-passages.ts'

/* Repairs values of salvaged rows that can't be as stored, so that they can be read; as much as possible is kept. */

const MENDS: readonly (readonly [table: string, sql: string])[] = [
  [
    'message',
    "UPDATE message SET text = replace(text, char(0), '') WHERE instr(text, char(0)) > 0",
  ],
  [
    'message',
    `UPDATE message SET body = CASE role
      WHEN 'assistant' THEN json_object(
        'role', role, 'text', text, 'reasoning', '', 'toolCalls', json('[]'), 'said', json_array(text))
      WHEN 'tool' THEN json_object(
        'role', role, 'callId', 'call-00000000-0000-4000-8000-000000000000', 'toolName', 'unknown',
        'status', 'error', 'text', text)
      ELSE json_object('role', role, 'text', text) END
    WHERE NOT json_valid(body)`,
  ],
  ['agent', "UPDATE agent SET tools = '[]' WHERE NOT json_valid(tools)"],
  ['agent', "UPDATE agent SET tool_rules = '[]' WHERE NOT json_valid(tool_rules)"],
  ['agent', "UPDATE agent SET settings = '{}' WHERE NOT json_valid(settings)"],
  ['run', "UPDATE run SET warnings = '[]' WHERE NOT json_valid(warnings)"],
  ['run', 'UPDATE run SET error = NULL WHERE error IS NOT NULL AND NOT json_valid(error)'],
  ...['block', 'block_version'].map(
    (table) =>
      [
        table,
        `UPDATE ${table} SET value = replace(value, char(0), '') WHERE instr(value, char(0)) > 0`,
      ] as const,
  ),
  [
    'passage',
    "UPDATE passage SET text = replace(text, char(0), '') WHERE instr(text, char(0)) > 0",
  ],
  [
    'passage',
    `UPDATE OR IGNORE passage SET digest = passage_digest(source, text)
     WHERE digest <> passage_digest(source, text)`,
  ],
  ['passage', 'DELETE FROM passage WHERE digest <> passage_digest(source, text)'],
]

/** Number of repaired values, by table. */
export function mendValues(handle: DatabaseHandle.Database): ReadonlyMap<string, number> {
  handle.function('passage_digest', { deterministic: true }, (source, text) =>
    digestOf({ source: String(source), text: String(text) }),
  )
  const mended = new Map<string, number>()
  for (const [table, sql] of MENDS) {
    const { changes } = handle.prepare(sql).run()
    if (changes > 0) mended.set(table, (mended.get(table) ?? 0) + changes)
  }
  return mended
}
