import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, PassageId } from '../../core/ids.ts'
import { indexWords } from '../../search/words.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { passageScope } from '../search/search-scope.ts'
import { countPassages } from './add-passages.ts'
import { archivesOf, type PassageRow } from './passage-rows.ts'

export async function supersede(
  scope: QueryScope,
  agentId: AgentId,
  old: PassageId,
  id: PassageId,
  at: Timestamp,
): Promise<boolean> {
  const { db, namespace } = scope
  const archives = await archivesOf(scope, agentId)
  if (archives.length === 0) return false
  await lockOwners(scope, 'archive', archives)
  const passage = await db
    .selectFrom('passage')
    .select(['row', 'text', 'archive_id'])
    .where('namespace', '=', namespace)
    .where('id', '=', old)
    .where('archive_id', 'in', archives)
    .where('archive_id', 'in', (eb) =>
      eb
        .selectFrom('passage as newer')
        .select('newer.archive_id')
        .where('newer.namespace', '=', namespace)
        .where('newer.id', '=', id),
    )
    .where('superseded_by', 'is', null)
    .executeTakeFirst()
  if (!passage) return false
  await setSuperseded(scope, [passage], id)
  await recordChange(db, namespace, 'archive', passage.archive_id, at)
  return true
}

export async function supersedeBy(
  { db }: QueryScope,
  passages: readonly Pick<PassageRow, 'row'>[],
  by: string | null,
): Promise<void> {
  if (passages.length === 0) return
  const rows = passages.map(({ row }) => row)
  await db.updateTable('passage').set({ superseded_by: by }).where('row', 'in', rows).execute()
}

/** Superseded passages have a scope of their own. Either none of these is in it yet, or all are. */
export async function setSuperseded(
  scope: QueryScope,
  passages: readonly Pick<PassageRow, 'row' | 'text' | 'archive_id'>[],
  by: string | null,
): Promise<void> {
  const { db, namespace, dialect } = scope
  if (passages.length === 0) return
  await supersedeBy(scope, passages, by)
  const entries = (superseded: boolean) =>
    passages.map(({ row, text, archive_id }) => ({
      row,
      scope: passageScope(namespace, archive_id, superseded),
      words: indexWords(text),
    }))
  await dialect.textSearch.remove(db, 'passage', entries(by === null))
  await dialect.textSearch.add(db, 'passage', entries(by !== null))
  for (const { archive_id } of passages)
    await countPassages(scope, archive_id, { superseded: by === null ? -1 : 1 })
}
