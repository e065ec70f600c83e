import type { Message } from '../../core/message.ts'
import type { MessageKey } from '../database/message-cache.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { messageOf } from './stored-message.ts'

/** Reads only messages that are not cached; leaves out those that do not exist. */
export async function messagesByKeys(
  { db, namespace, messageCache }: QueryScope,
  wanted: readonly MessageKey[],
): Promise<readonly Message[]> {
  const known = wanted.map((key) => messageCache.find(namespace, key))
  const unknown = wanted.filter((_, index) => !known[index]).map(({ id }) => id)
  const rows =
    unknown.length === 0
      ? []
      : await db
          .selectFrom('message')
          .selectAll()
          .where('namespace', '=', namespace)
          .where('id', 'in', unknown)
          .execute()
  const read = new Map(rows.map((row) => [row.id, messageCache.keep(namespace, messageOf(row))]))
  return wanted.flatMap(({ id }, index) => known[index] ?? read.get(id) ?? [])
}
