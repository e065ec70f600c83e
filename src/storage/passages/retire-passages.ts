import type { Timestamp } from '../../core/clock.ts'
import type { ArchiveId, PassageId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { lastPosition } from './insert-passages.ts'
import { setSuperseded } from './supersede-passages.ts'

export async function retirePassages(
  scope: QueryScope,
  archiveId: ArchiveId,
  gone: readonly { readonly id: PassageId; readonly by: PassageId | null }[],
  at: Timestamp,
): Promise<void> {
  const { db, namespace } = scope
  if (gone.length === 0) return
  await lockOwners(scope, 'archive', [archiveId])
  const byId = new Map<string, PassageId | null>(gone.map(({ id, by }) => [id, by]))
  const current = await db
    .selectFrom('passage')
    .select(['row', 'id', 'text', 'archive_id', 'expires_at'])
    .where('namespace', '=', namespace)
    .where('archive_id', '=', archiveId)
    .where('id', 'in', [...byId.keys()])
    .where('superseded_by', 'is', null)
    .execute()
  for (const by of new Set(byId.values())) {
    const rows = current.filter(({ id }) => byId.get(id) === by)
    if (by !== null) await setSuperseded(scope, rows, by)
    else
      await expire(
        scope,
        rows
          .filter(({ expires_at }) => expires_at === null || expires_at > at)
          .map(({ row }) => row),
        at,
      )
  }
  await recordChange(db, namespace, 'archive', archiveId, at)
}

async function expire(
  { db }: QueryScope,
  rows: readonly number[],
  expires_at: Timestamp,
): Promise<void> {
  if (rows.length === 0) return
  await db.updateTable('passage').set({ expires_at }).where('row', 'in', rows).execute()
}

export async function arrangePassages(
  scope: QueryScope,
  archiveId: ArchiveId,
  ids: readonly PassageId[],
  at: Timestamp,
): Promise<void> {
  const { db, namespace } = scope
  const [first] = ids
  if (first === undefined) return
  await lockOwners(scope, 'archive', [archiveId])
  const own = db
    .updateTable('passage')
    .where('namespace', '=', namespace)
    .where('archive_id', '=', archiveId)
  const found = await db
    .selectFrom('passage')
    .select('source')
    .where('namespace', '=', namespace)
    .where('id', '=', first)
    .executeTakeFirst()
  if (!found) return
  let position = await lastPosition(scope, archiveId, found.source)
  for (const id of ids) {
    position += 1
    await own.set({ position }).where('id', '=', id).execute()
  }
  await recordChange(db, namespace, 'archive', archiveId, at)
}
