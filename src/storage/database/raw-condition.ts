import { type RawBuilder, sql } from 'kysely'

/** For a query builder. No `?` of the text may stand in a literal. */
export function rawCondition({
  sql: text,
  values,
}: {
  readonly sql: string
  readonly values: readonly (string | number)[]
}): RawBuilder<boolean> {
  const [first = '', ...rest] = text.split('?').map((piece) => sql.raw(piece))
  const pieces = rest.flatMap((piece, index) => [sql.val(values[index]), piece])
  return sql`${sql.join([first, ...pieces], sql``)}`
}
