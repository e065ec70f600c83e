import { type Candidate, NEIGHBOURS } from '../../search/rank.ts'
import type { RankedFilter } from '../ranked-search.ts'
import {
  type Bound,
  conditions,
  type Fragment,
  ofRoles,
  passesBesideScope,
} from './entry-filter.ts'

/** Rows of one of the tables `passage` and `message`, as far as search wants to know them. */
export interface EntryTable {
  /** What is selected of `entry` to make an `Entry`. */
  readonly columns: string
  /** The part of the filter that the index knows nothing of, as a condition on `entry`. */
  readonly passes: Fragment | undefined
  size(owners: readonly string[]): number
  /** The document or conversation in which the entry has neighbours; undefined: it has none. */
  line(entry: Entry): string | undefined
  /** The entries of a line from one place to another that may lend context, in order. */
  stretch(entry: Entry, from: number, to: number): readonly Entry[]
  /** How far away, in places, the neighbours of its neighbours may be. */
  readonly reach: number
  toCandidate(entry: Entry): Omit<Candidate, 'before' | 'after'>
}

export interface Entry {
  readonly row: number
  readonly owner: string
  readonly text: string
  readonly place: number
  /** Source of a passage, role of a message. */
  readonly kind: string
  readonly at: string
  /** 1: it passes the filter, so it may be an answer. */
  readonly passes: number
}

export type Run = <Row>(sql: string, values: readonly Bound[]) => readonly Row[]

/** What an assistant says is long and repeats what it was told. */
const ASSISTANT_WEIGHT = 0.6

export function passageTable(run: Run, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.archive_id AS owner, entry.text, entry.position AS place, entry.source AS kind, entry.created_at AS at'
  const passes = passesBesideScope('passage', filter)
  return {
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
    line: ({ owner, kind }) => (kind === '' ? undefined : `${owner} ${kind}`),
    stretch: ({ owner, kind }, from, to) =>
      run(
        `SELECT ${columns}, ${passes?.sql ?? '1'} AS passes FROM passage AS entry
         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> '' AND position BETWEEN ? AND ?
           AND superseded_by IS NULL
         ORDER BY position`,
        [...(passes?.values ?? []), namespace, owner, kind, from, to],
      ),
    reach: 2 * NEIGHBOURS,
    toCandidate: ({ row, text, owner, kind, at }) => ({
      row,
      text,
      at,
      group: kind === '' ? null : `${owner} ${kind}`,
      weight: 1,
    }),
  }
}

export function messageTable(run: Run, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.agent_id AS owner, entry.text, entry.seq AS place, entry.role AS kind, entry.created_at AS at'
  const passes = passesBesideScope('message', filter)
  const ofRole = ofRoles(filter)
  const answers = conditions([ofRole, passes ?? false]) ?? ofRole
  return {
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
    line: ({ owner }) => owner,
    stretch: ({ owner }, from, to) =>
      run(
        `SELECT ${columns}, ${answers.sql} AS passes FROM message AS entry
         WHERE namespace = ? AND agent_id = ? AND seq BETWEEN ? AND ? AND text <> '' AND role IN ('user', 'assistant')
         ORDER BY seq`,
        [...answers.values, namespace, owner, from, to],
      ),
    // Between two things that were said stand calls of tools and their results.
    reach: 8 * NEIGHBOURS,
    toCandidate: ({ row, text, owner, kind, at }) => ({
      row,
      text,
      at,
      // What was said on one day belongs together.
      group: `${owner} ${at.slice(0, 10)}`,
      weight: kind === 'assistant' ? ASSISTANT_WEIGHT : 1,
    }),
  }
}
