import type { RankedFilter } from '../database/search-request.ts'
import type { Bound, Fragment } from '../search/entry-conditions.ts'
import {
  type Entry,
  type EntryLines,
  messageLines,
  passageLines,
  type Stretch,
} from '../search/read-candidates.ts'
import { conditions, ofRoles, passesBesideScope } from './entry-filter.ts'

/** Rows of `passage` or `message` as search needs them. */
export interface EntryTable extends EntryLines {
  /** Columns of `entry` that make a `StoredEntry`, all but the last. */
  readonly columns: string
  /** Filter conditions on `entry` that the index does not cover. */
  readonly passes: Fragment | undefined
  size(owners: readonly string[]): number
  stretch(stretch: Stretch): readonly Entry[]
}

export type RunQuery = <Row>(sql: string, values: readonly Bound[]) => readonly Row[]

export interface RunQueries {
  /** Rows as objects. */
  readonly run: RunQuery
  /** Rows as arrays, which takes half as long. */
  readonly list: RunQuery
}

/** As listed. SQLite returns 1 and 0. */
export type StoredEntry = readonly [
  row: number,
  owner: string,
  text: string,
  place: number,
  kind: string,
  at: string,
  passes: number,
]

export function toEntry([row, owner, text, place, kind, at, passes]: StoredEntry): Entry {
  return { row, owner, text, place, kind, at, passes: passes === 1 }
}

/** Columns that differ within a line of a document. */
type InLine = readonly [row: number, text: string, place: number, at: string, passes: number]

export function passageTable(
  { run, list }: RunQueries,
  namespace: string,
  filter: RankedFilter,
): EntryTable {
  const passes = passesBesideScope('passage', filter)
  return {
    ...passageLines,
    columns:
      'entry.row, entry.archive_id, entry.text, entry.position, entry.source, entry.created_at',
    passes,
    size(owners) {
      const [counted] = run<{ count: number }>(
        `SELECT sum(passage_count) AS count FROM archive
         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,
        [namespace, JSON.stringify(owners)],
      )
      return counted?.count ?? 0
    },
    stretch: ({ member: { owner, kind }, from, to }) =>
      list<InLine>(
        `SELECT entry.row, entry.text, entry.position, entry.created_at, ${passes?.sql ?? '1'}
         FROM passage AS entry
         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> '' AND position BETWEEN ? AND ?
           AND superseded_by IS NULL
         ORDER BY position`,
        [...(passes?.values ?? []), namespace, owner, kind, from, to],
      ).map(([row, text, place, at, passes]) =>
        toEntry([row, owner, text, place, kind, at, passes]),
      ),
  }
}

export function messageTable(
  { run, list }: RunQueries,
  namespace: string,
  filter: RankedFilter,
): EntryTable {
  const columns = 'entry.row, entry.agent_id, entry.text, entry.seq, entry.role, entry.created_at'
  const passes = passesBesideScope('message', filter)
  const ofRole = ofRoles(filter)
  const answers = conditions([ofRole, passes ?? false]) ?? ofRole
  return {
    ...messageLines,
    columns,
    passes,
    size(owners) {
      const [counted] = run<{ count: number }>(
        `SELECT sum(last_message) AS count FROM agent
         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,
        [namespace, JSON.stringify(owners)],
      )
      return counted?.count ?? 0
    },
    stretch: ({ member: { owner }, from, to }) =>
      list<StoredEntry>(
        `SELECT ${columns}, ${answers.sql} FROM message AS entry
         WHERE namespace = ? AND agent_id = ? AND seq BETWEEN ? AND ? AND text <> '' AND role IN ('user', 'assistant')
         ORDER BY seq`,
        [...answers.values, namespace, owner, from, to],
      ).map(toEntry),
  }
}
