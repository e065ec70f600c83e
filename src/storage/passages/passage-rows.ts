import type { Selectable } from 'kysely'
import { storedId } from '../../core/ids.ts'
import type { Passage } from '../../core/passage.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'

export type PassageRow = Selectable<Database['passage']>

/** Passages with their tags, in the order of the rows. */
export async function toPassages(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  rows: readonly PassageRow[],
): Promise<readonly Passage[]> {
  if (rows.length === 0) return []
  const tags = await db
    .selectFrom('passage_tag')
    .select(['passage_id', 'tag'])
    .where('namespace', '=', namespace)
    .where(
      'passage_id',
      'in',
      rows.map((row) => row.id),
    )
    .execute()
  const byPassage = new Map<string, string[]>()
  // Sorted here: in SQL, SQLite would scan all tags of the namespace.
  for (const { passage_id, tag } of tags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))) {
    const known = byPassage.get(passage_id)
    if (known) known.push(tag)
    else byPassage.set(passage_id, [tag])
  }
  return rows.map((row) => ({
    id: storedId('passage', row.id),
    archiveId: storedId('archive', row.archive_id),
    text: row.text,
    tags: byPassage.get(row.id) ?? [],
    source: row.source,
    createdAt: row.created_at,
    supersededBy: row.superseded_by === null ? null : storedId('passage', row.superseded_by),
    expiresAt: row.expires_at,
    foundCount: row.found_count,
    lastFoundAt: row.last_found_at,
  }))
}

/** The archives attached to an agent. */
export async function archivesOf(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  agentId: string,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('agent_archive')
    .select('archive_id')
    .where('namespace', '=', namespace)
    .where('agent_id', '=', agentId)
    .orderBy('archive_id')
    .execute()
  return rows.map((row) => row.archive_id)
}
