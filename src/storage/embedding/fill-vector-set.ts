import type { Connection } from '../database/dialect.ts'
import { lockRead } from '../database/lock-rows.ts'
import { SEARCHED_ROLES } from '../search/search-scope.ts'
import { addToSet, type VectorEntry, type VectorScope } from './vector-entries.ts'
import { settleSets, type VectorSetRow } from './vector-sets.ts'

/** Entries added to a set in one transaction: several batches. Chosen by hand. */
const AT_ONCE = 256

/**
 * Adds the next older entries to a set of that model. Runs only when nothing else waits, so that new entries come first
 * and no more tasks are written than will soon be worked on.
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

/** In the order of an indexed key of the owner's entries. */
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

/** Entries newer than the set already have a task or vector. */
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
