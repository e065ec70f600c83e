import type { RankedFilter } from '../database/search-request.ts'

/*
 * Conditions of a search on `entry`, a row of `passage` or `message`, that read alike in both databases. They are text,
 * since SQLite's search thread has no query builder.
 */

/** Types that can be bound as parameters. */
export type Bound = string | number

/** A piece of SQL with its parameters, each written as `?`. */
export interface Fragment {
  readonly sql: string
  readonly values: readonly Bound[]
}

/** Inclusive. */
export function dates({ after, before }: Pick<RankedFilter, 'after' | 'before'>) {
  return given([
    after !== undefined && { sql: 'entry.created_at >= ?', values: [after] },
    before !== undefined && { sql: 'entry.created_at <= ?', values: [before] },
  ])
}

/** Passages not expired by then, and not superseded by then. */
export function current({ livesAt, asOf }: Pick<RankedFilter, 'livesAt' | 'asOf'>) {
  return given([
    livesAt !== undefined && {
      sql: '(entry.expires_at IS NULL OR entry.expires_at > ?)',
      values: [livesAt],
    },
    asOf !== undefined && {
      sql: `NOT EXISTS (SELECT 1 FROM passage AS newer WHERE newer.namespace = entry.namespace
            AND newer.id = entry.superseded_by AND newer.created_at <= ?)`,
      values: [asOf],
    },
  ])
}

export function notOfRun({ exceptRun }: Pick<RankedFilter, 'exceptRun'>) {
  return given([
    exceptRun !== undefined && { sql: 'entry.run_id IS DISTINCT FROM ?', values: [exceptRun] },
  ])
}

function given(fragments: readonly (Fragment | false)[]): readonly Fragment[] {
  return fragments.filter((fragment) => fragment !== false)
}
