import type { TextIndex } from '../database/dialect.ts'
import type { RankedFilter, RankedRequest } from '../database/search-request.ts'
import { type Bound, current, dates, type Fragment, notOfRun } from '../search/entry-conditions.ts'
import { SEARCHED_ROLES } from '../search/search-scope.ts'
import type { Prepare } from './statements.ts'

/** The conditions on `entry` that the scopes of a keyword index do not cover; undefined: none. */
export function passesBesideScope(index: TextIndex, filter: RankedFilter): Fragment | undefined {
  return index === 'passage'
    ? conditions([
        ...dates(filter),
        ...current(filter),
        ...(filter.tags ?? []).map((anyTag) => ({
          sql: `(SELECT 1 FROM passage_tag WHERE passage_tag.namespace = entry.namespace AND passage_id = entry.id
                 AND tag IN (SELECT value FROM json_each(?)) LIMIT 1) IS NOT NULL`,
          values: [JSON.stringify(anyTag)],
        })),
      ])
    : conditions([...dates(filter), ...notOfRun(filter)])
}

export function ofRoles({ roles }: RankedFilter): Fragment {
  return {
    sql: 'entry.role IN (SELECT value FROM json_each(?))',
    values: [JSON.stringify(roles ?? [])],
  }
}

/** All conditions of a request on `entry`, for entries that do not come from a keyword index. */
export function passesWhole(
  { index, namespace, filter }: RankedRequest,
  owners: readonly string[],
): Fragment {
  const owner = index === 'passage' ? 'entry.archive_id' : 'entry.agent_id'
  const ofOwners: Fragment = {
    sql: `entry.namespace = ? AND ${owner} IN (SELECT value FROM json_each(?))`,
    values: [namespace, JSON.stringify(owners)],
  }
  const ofKind =
    index === 'passage'
      ? [
          !filter.includeSuperseded && { sql: 'entry.superseded_by IS NULL', values: [] },
          ...current(filter),
          ...(filter.tags ?? []).map((anyTag) => ({
            sql: `entry.id IN (SELECT passage_id FROM passage_tag
                  WHERE namespace = ? AND tag IN (SELECT value FROM json_each(?)))`,
            values: [namespace, JSON.stringify(anyTag)],
          })),
        ]
      : [{ sql: "entry.text <> ''", values: [] }, ofRoles(filter), ...notOfRun(filter)]
  return conditions([ofOwners, ...ofKind, ...dates(filter)]) ?? ofOwners
}

/** Rows of one owner that pass the filters; undefined: more than `most`. */
export function passingEntries(
  prepare: Prepare,
  request: RankedRequest,
  owner: string,
  most: number,
): readonly number[] | undefined {
  const { sql, values } = passesWhole(request, [owner])
  const found = prepare(
    `SELECT json_group_array(row) FROM
     (SELECT row FROM ${request.index} AS entry WHERE ${sql} LIMIT ?)`,
  )
    .pluck()
    .get(...values, Math.min(most + 1, Number.MAX_SAFE_INTEGER))
  const rows = JSON.parse(String(found)) as number[]
  return rows.length > most ? undefined : rows
}

/** Rows that the filters exclude, if they are few; null: the filter excludes many. */
export function excludedEntries(
  prepare: Prepare,
  { index, namespace, filter }: RankedRequest,
  owner: string,
): readonly number[] | null {
  const { after, before, livesAt, tags = [], roles = [], exceptRun, includeSuperseded } = filter
  if (after !== undefined || before !== undefined || tags.length > 0) return null
  const rows = (sql: string, ...values: readonly Bound[]) =>
    prepare(sql)
      .pluck()
      .all(...values) as number[]
  if (index === 'passage') {
    const superseded = includeSuperseded
      ? []
      : rows(
          `SELECT row FROM passage INDEXED BY passage_superseded
           WHERE namespace = ? AND archive_id = ? AND superseded_by IS NOT NULL`,
          namespace,
          owner,
        )
    if (livesAt === undefined) return superseded
    const expired = rows(
      `SELECT row FROM passage INDEXED BY passage_expiry
       WHERE namespace = ? AND archive_id = ? AND expires_at IS NOT NULL AND expires_at <= ?`,
      namespace,
      owner,
      livesAt,
    )
    return [...superseded, ...expired]
  }
  if (!SEARCHED_ROLES.every((role) => roles.includes(role))) return null
  return exceptRun === undefined
    ? []
    : rows('SELECT row FROM message WHERE namespace = ? AND run_id = ?', namespace, exceptRun)
}

export function conditions(all: readonly (Fragment | false)[]): Fragment | undefined {
  const given = all.filter((fragment) => fragment !== false)
  if (given.length === 0) return undefined
  return {
    sql: given.map(({ sql }) => sql).join(' AND '),
    values: given.flatMap(({ values }) => values),
  }
}
