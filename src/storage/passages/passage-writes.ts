import type { Timestamp } from '../../core/clock.ts'
import { type AgentId, type ArchiveId, isId, type PassageId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { forgetEntries } from '../embedding/vector-entries.ts'
import type { PassageWrites } from '../port/store.ts'
import { passageEntry } from '../search/reindex.ts'
import { countPassages } from './add-passages.ts'
import { insertHistory, insertPassages } from './insert-passages.ts'
import { archivesOf } from './passage-rows.ts'
import { arrangePassages, retirePassages } from './retire-passages.ts'
import { setSuperseded, supersede, supersedeBy } from './supersede-passages.ts'

export function passageWrites(scope: QueryScope): PassageWrites {
  return {
    insert: (passages, at) => insertPassages(scope, passages, at),
    insertHistory: (passages, at) => insertHistory(scope, passages, at),
    supersede: (agentId, old, id, at) => supersede(scope, agentId, old, id, at),
    retire: (archiveId, gone, at) => retirePassages(scope, archiveId, gone, at),
    arrange: (archiveId, ids, at) => arrangePassages(scope, archiveId, ids, at),
    recordFound: (agentId, ids, at) => recordFound(scope, agentId, ids, at),
    delete: (owner, id, at) => deletePassage(scope, owner, id, at),
  }
}

async function recordFound(
  scope: QueryScope,
  agentId: AgentId,
  ids: readonly PassageId[],
  at: Timestamp,
): Promise<void> {
  const { db, namespace } = scope
  if (ids.length === 0) return
  const archives = await archivesOf(scope, agentId)
  if (archives.length === 0) return
  await lockOwners(scope, 'archive', archives)
  const fresh = await db
    .selectFrom('passage')
    .select('archive_id')
    .where('namespace', '=', namespace)
    .where('id', 'in', ids)
    .where('archive_id', 'in', archives)
    .where('found_count', '=', 0)
    .execute()
  for (const { archive_id } of fresh) await countPassages(scope, archive_id, { found: 1 })
  await db
    .updateTable('passage')
    .set((eb) => ({ found_count: eb('found_count', '+', 1), last_found_at: at }))
    .where('namespace', '=', namespace)
    .where('id', 'in', ids)
    .where('archive_id', 'in', archives)
    .execute()
}

async function deletePassage(
  scope: QueryScope,
  owner: AgentId | ArchiveId,
  id: PassageId,
  at: Timestamp,
): Promise<boolean> {
  const { db, namespace, dialect } = scope
  const archives = isId('archive', owner) ? [owner] : await archivesOf(scope, owner)
  if (archives.length === 0) return false
  await lockOwners(scope, 'archive', archives)
  const removed = await db
    .deleteFrom('passage')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .where('archive_id', 'in', archives)
    .returning(['row', 'namespace', 'archive_id', 'text', 'superseded_by', 'found_count'])
    .executeTakeFirst()
  if (!removed) return false
  await dialect.textSearch.remove(db, 'passage', [passageEntry(removed)])
  const archive = { kind: 'archive', id: removed.archive_id } as const
  await forgetEntries(scope, archive, [removed.row])
  await countPassages(scope, removed.archive_id, {
    passages: -1,
    superseded: removed.superseded_by === null ? 0 : -1,
    found: removed.found_count === 0 ? 0 : -1,
  })
  const replaced = await db
    .selectFrom('passage')
    .select(['row', 'text', 'archive_id'])
    .where('namespace', '=', namespace)
    .where('superseded_by', '=', id)
    .execute()
  if (removed.superseded_by === null) await setSuperseded(scope, replaced, null)
  else await supersedeBy(scope, replaced, removed.superseded_by)
  await recordChange(db, namespace, 'archive', removed.archive_id, at)
  return true
}
