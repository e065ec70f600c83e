import { type RawBuilder, sql } from 'kysely'
import type { Walk } from '../../core/walk.ts'
import type { QueryScope } from '../database/query-scope.ts'

export interface Walked {
  readonly table:
    | 'agent'
    | 'archive'
    | 'block'
    | 'conversation'
    | 'message'
    | 'passage'
    | 'run'
    | 'step'
  /** Columns that order the list, ascending; together they are unique. */
  readonly keys: readonly string[]
  readonly where: readonly RawBuilder<boolean>[]
}

/** Ids of one page. The cursor's item need not match `where`: it may have changed since the page before. */
export async function walkIds(
  { db, namespace }: QueryScope,
  { table, keys, where }: Walked,
  { order, after, before, limit }: Walk,
): Promise<readonly string[]> {
  // Without `after`, the page nearest to `before` is found by walking the other way.
  const isBackward = after === undefined && before !== undefined
  const isAscending = (order === 'asc') !== isBackward
  const position = sql.join(keys.map((key) => sql.ref(key)))
  const beyond = (id: string, sign: '<' | '>') =>
    sql<boolean>`(${position}) ${sql.raw(sign)} (SELECT ${position} FROM ${sql.table(table)} WHERE namespace = ${namespace} AND id = ${id})`
  const ahead = order === 'asc' ? '>' : '<'
  const behind = order === 'asc' ? '<' : '>'
  const conditions = [
    sql<boolean>`namespace = ${namespace}`,
    ...where,
    ...(after === undefined ? [] : [beyond(after, ahead)]),
    ...(before === undefined ? [] : [beyond(before, behind)]),
  ]
  const direction = sql.raw(isAscending ? 'ASC' : 'DESC')
  const sorting = sql.join(keys.map((key) => sql`${sql.ref(key)} ${direction}`))
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM ${sql.table(table)} WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${sorting} LIMIT ${limit}`.execute(db)
  const ids = rows.map((row) => row.id)
  return isBackward ? ids.reverse() : ids
}

/** The rows in the order of their ids. */
export function inOrderOf<Row extends { readonly id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
