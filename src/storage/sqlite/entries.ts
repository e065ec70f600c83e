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
  /** Columns of `entry` that make a `StoredEntry`. */
  readonly columns: string
  /** Filter conditions on `entry` that the index does not cover. */
  readonly passes: Fragment | undefined
  size(owners: readonly string[]): number
  stretch(stretch: Stretch): readonly Entry[]
}

/** SQLite returns 1 and 0. */
export type StoredEntry = Omit<Entry, 'passes'> & { readonly passes: number }

export type RunQuery = <Row>(sql: string, values: readonly Bound[]) => readonly Row[]

export function toEntry(stored: StoredEntry): Entry {
  return { ...stored, passes: stored.passes === 1 }
}

export function passageTable(run: RunQuery, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.archive_id AS owner, entry.text, entry.position AS place, entry.source AS kind, entry.created_at AS at'
  const passes = passesBesideScope('passage', filter)
  return {
    ...passageLines,
    columns,
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
      run<StoredEntry>(
        `SELECT ${columns}, ${passes?.sql ?? '1'} AS passes FROM passage AS entry
         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> '' AND position BETWEEN ? AND ?
           AND superseded_by IS NULL
         ORDER BY position`,
        [...(passes?.values ?? []), namespace, owner, kind, from, to],
      ).map(toEntry),
  }
}

export function messageTable(run: RunQuery, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.agent_id AS owner, entry.text, entry.seq AS place, entry.role AS kind, entry.created_at AS at'
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
      run<StoredEntry>(
        `SELECT ${columns}, ${answers.sql} AS passes FROM message AS entry
         WHERE namespace = ? AND agent_id = ? AND seq BETWEEN ? AND ? AND text <> '' AND role IN ('user', 'assistant')
         ORDER BY seq`,
        [...answers.values, namespace, owner, from, to],
      ).map(toEntry),
  }
}
