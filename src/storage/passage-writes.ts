import { createHash } from 'node:crypto'
import { storedId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import { indexWords } from '../search/words.ts'
import { recordChange } from './changes.ts'
import { archivesOf, type PassageRow } from './passage-rows.ts'
import type { Scope } from './scope.ts'
import { passageScope } from './search-scope.ts'
import type { PassageWrites } from './store.ts'

export function passageWrites(scope: Scope): PassageWrites {
  const { db, namespace, dialect } = scope

  async function addTags(passageId: string, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return
    await db
      .insertInto('passage_tag')
      .values(tags.map((tag) => ({ namespace, passage_id: passageId, tag })))
      .onConflict((conflict) => conflict.columns(['namespace', 'passage_id', 'tag']).doNothing())
      .execute()
  }

  async function nextPosition(archiveId: string, source: string): Promise<number> {
    if (source === '') return 0
    const last = await db
      .selectFrom('passage')
      .select('position')
      .where('namespace', '=', namespace)
      .where('archive_id', '=', archiveId)
      .where('source', '=', source)
      .where('source', '<>', '')
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst()
    return (last?.position ?? 0) + 1
  }

  async function count(archiveId: string, change: 1 | -1): Promise<void> {
    await db
      .updateTable('archive')
      .set((eb) => ({ passage_count: eb('passage_count', '+', change) }))
      .where('namespace', '=', namespace)
      .where('id', '=', archiveId)
      .execute()
  }

  /** Superseded passages stand in a scope of their own. */
  async function setSuperseded(
    passages: readonly Pick<PassageRow, 'row' | 'text' | 'archive_id'>[],
    by: string | null,
  ): Promise<void> {
    if (passages.length === 0) return
    const rows = passages.map(({ row }) => row)
    await db.updateTable('passage').set({ superseded_by: by }).where('row', 'in', rows).execute()
    await dialect.textSearch.remove(db, 'passage', rows)
    await dialect.textSearch.add(
      db,
      'passage',
      passages.map(({ row, text, archive_id }) => ({
        row,
        scope: passageScope(namespace, archive_id, by !== null),
        words: indexWords(text),
      })),
    )
  }

  return {
    async createArchive(agentId, { id, name, at }) {
      await db.insertInto('archive').values({ namespace, id, name, created_at: at }).execute()
      await db
        .insertInto('agent_archive')
        .values({ namespace, agent_id: agentId, archive_id: id, is_default: 1 })
        .execute()
      await recordChange(db, namespace, 'archive', id, at)
    },

    async insert(passage, at) {
      const inserted = await db
        .insertInto('passage')
        .values({
          namespace,
          id: passage.id,
          archive_id: passage.archiveId,
          text: passage.text,
          source: passage.source,
          digest: digestOf(passage),
          position: await nextPosition(passage.archiveId, passage.source),
          superseded_by: null,
          last_found_at: null,
          created_at: passage.createdAt,
          inserted_at: at,
        })
        .onConflict((conflict) =>
          conflict.columns(['namespace', 'archive_id', 'digest']).doNothing(),
        )
        .returning('row')
        .executeTakeFirst()
      await recordChange(db, namespace, 'archive', passage.archiveId, at)
      if (inserted) {
        await addTags(passage.id, passage.tags)
        await count(passage.archiveId, 1)
        await dialect.textSearch.add(db, 'passage', [
          {
            row: inserted.row,
            scope: passageScope(namespace, passage.archiveId, false),
            words: indexWords(passage.text),
          },
        ])
        return { id: passage.id, createdAt: passage.createdAt, duplicate: false }
      }
      const same = await db
        .selectFrom('passage')
        .select(['id', 'created_at'])
        .where('namespace', '=', namespace)
        .where('archive_id', '=', passage.archiveId)
        .where('digest', '=', digestOf(passage))
        .executeTakeFirstOrThrow()
      await addTags(same.id, passage.tags)
      return { id: storedId('passage', same.id), createdAt: same.created_at, duplicate: true }
    },

    async supersede(agentId, old, id, at) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0) return false
      const passage = await db
        .selectFrom('passage')
        .select(['row', 'text', 'archive_id'])
        .where('namespace', '=', namespace)
        .where('id', '=', old)
        .where('archive_id', 'in', archives)
        .where('superseded_by', 'is', null)
        .executeTakeFirst()
      if (!passage) return false
      await setSuperseded([passage], id)
      await recordChange(db, namespace, 'archive', passage.archive_id, at)
      return true
    },

    async recordFound(agentId, ids, at) {
      const archives = await archivesOf(scope, agentId)
      if (ids.length === 0 || archives.length === 0) return
      await db
        .updateTable('passage')
        .set((eb) => ({ found_count: eb('found_count', '+', 1), last_found_at: at }))
        .where('namespace', '=', namespace)
        .where('id', 'in', ids)
        .where('archive_id', 'in', archives)
        .execute()
    },

    async delete(agentId, id, at) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0) return false
      const removed = await db
        .deleteFrom('passage')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('archive_id', 'in', archives)
        .returning(['row', 'archive_id'])
        .executeTakeFirst()
      if (!removed) return false
      await dialect.textSearch.remove(db, 'passage', [removed.row])
      await count(removed.archive_id, -1)
      const replaced = await db
        .selectFrom('passage')
        .select(['row', 'text', 'archive_id'])
        .where('namespace', '=', namespace)
        .where('superseded_by', '=', id)
        .execute()
      await setSuperseded(replaced, null)
      await recordChange(db, namespace, 'archive', removed.archive_id, at)
      return true
    },
  }
}

/** What makes two passages of an archive the same: the text and where it is from. */
function digestOf({ source, text }: Pick<Passage, 'source' | 'text'>): string {
  return createHash('sha256').update(`${source.length}:${source}${text}`).digest('hex')
}
