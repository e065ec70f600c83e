import type { Connection } from '../database/dialect.ts'
import { lockRead } from '../database/lock-rows.ts'
import { SEARCHED_ROLES } from '../search/search-scope.ts'
import { addToSet, type VectorEntry, type VectorScope } from './vector-entries.ts'
import { settleSets, type VectorSetRow } from './vector-sets.ts'

/** Entries that are brought to a set in one transaction: some whole batches. */
const AT_ONCE = 256

/**
 * Brings the next entries that were there before their set to one of that model. Done only when nothing else is to be
 * embedded, so that what is new comes first and no more tasks are written than will soon be worked on.
 */
export async function fillOneSet(
  scope: VectorScope,
  handle: string,
  now: string,
): Promise<boolean> {
  const { db, dialect } = scope
  const set = await db
    .selectFrom('vector_set')
    .selectAll()
    .where('handle', '=', handle)
    .where('filled_to', 'is not', null)
    .where('paused_until', '<=', now)
    .orderBy('row')
    .limit(1)
    .modifyEnd(lockRead({ dialect, writes: true }, 'vector_set'))
    .executeTakeFirst()
  if (!set) return false
  const entries = await nextEntries(db, set)
  const last = entries.at(-1)
  await db
    .updateTable('vector_set')
    .set({ filled_to: entries.length < AT_ONCE ? null : (last?.key ?? null) })
    .where('row', '=', set.row)
    .execute()
  const fresh = await withoutThoseIn(db, set, entries)
  if (fresh.length > 0) await addToSet(scope, set, fresh)
  await settleSets(scope, [set.row])
  return true
}

type KeyedEntry = VectorEntry & { readonly key: string }

/** In the order of a key that the owner's entries are indexed by. */
async function nextEntries(db: Connection, set: VectorSetRow): Promise<readonly KeyedEntry[]> {
  const { namespace, owner_id, filled_to } = set
  if (set.kind === 'archive') {
    return db
      .selectFrom('passage')
      .select(['row', 'text', 'digest as key'])
      .where('namespace', '=', namespace)
      .where('archive_id', '=', owner_id)
      .where('digest', '>', filled_to ?? '')
      .orderBy('digest')
      .limit(AT_ONCE)
      .execute()
  }
  const messages = await db
    .selectFrom('message')
    .select(['row', 'text', 'seq'])
    .where('namespace', '=', namespace)
    .where('agent_id', '=', owner_id)
    .where('seq', '>', Number(filled_to))
    .where('text', '<>', '')
    .where('role', 'in', SEARCHED_ROLES)
    .orderBy('seq')
    .limit(AT_ONCE)
    .execute()
  return messages.map(({ row, text, seq }) => ({ row, text, key: String(seq) }))
}

/** What was inserted since the set was made has its task or vector already. */
async function withoutThoseIn(
  db: Connection,
  set: VectorSetRow,
  entries: readonly VectorEntry[],
): Promise<readonly VectorEntry[]> {
  if (entries.length === 0) return []
  const rows = entries.map(({ row }) => row)
  const within = async (table: 'vector' | 'embedding_task') =>
    db
      .selectFrom(table)
      .select('entry_row')
      .where('set_row', '=', set.row)
      .where('entry_row', 'in', rows)
      .execute()
  const present = new Set(
    [...(await within('vector')), ...(await within('embedding_task'))].map((one) => one.entry_row),
  )
  return entries.filter(({ row }) => !present.has(row))
}
