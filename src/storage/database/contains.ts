import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * Whether one of the columns has `text` in it, case-insensitive. Databases fold the case of ASCII only, or of all; what
 * is written as it was asked for is found by each.
 */
export function contains(
  { lower }: Dialect,
  columns: readonly string[],
  text: string,
): RawBuilder<boolean> {
  const pattern = (part: string) => `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`
  const tests = columns.flatMap((column) => [
    sql`${sql.ref(column)} LIKE ${pattern(text)} ESCAPE '\\'`,
    sql`${lower(sql.ref(column))} LIKE ${pattern(text.toLowerCase())} ESCAPE '\\'`,
  ])
  return sql<boolean>`(${sql.join(tests, sql` OR `)})`
}
