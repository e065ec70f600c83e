import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * Case-insensitive substring match on any of the columns. Databases fold the case of ASCII or of all letters, so the
 * exact spelling is always matched too.
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
