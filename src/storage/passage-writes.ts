import { createHash } from 'node:crypto'
import { storedId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import { indexWords } from '../search/words.ts'
import { recordChange } from './changes.ts'
import { archivesOf, type PassageRow } from './passage-rows.ts'
import type { Scope } from './scope.ts'
import { passageScope } from './search-scope.ts'
import type { NewPassage, PassageWrites } from './store.ts'
import { embedEntries, forgetEntries } from './vector-entries.ts'

export function passageWrites(scope: Scope): PassageWrites {
  const { db, namespace, dialect } = scope

  async function addTags(tags: readonly { passage_id: string; tag: string }[]): Promise<void> {
    if (tags.length === 0) return
    await db
      .insertInto('passage_tag')
      .values(tags.map((tag) => ({ namespace, ...tag })))
      .onConflict((conflict) => conflict.columns(['namespace', 'passage_id', 'tag']).doNothing())
      .execute()
  }

  async function lastPosition(archiveId: string, source: string): Promise<number> {
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
    return last?.position ?? 0
  }

  async function count(archiveId: string, change: number): Promise<void> {
    await db
      .updateTable('archive')
      .set((eb) => ({ passage_count: eb('passage_count', '+', change) }))
      .where('namespace', '=', namespace)
      .where('id', '=', archiveId)
      .execute()
  }

  /** Those that the archive has, by what makes them the same. */
  async function stored(archiveId: string, digests: readonly string[]) {
    const rows = await db
      .selectFrom('passage')
      .select(['id', 'digest', 'created_at'])
      .where('namespace', '=', namespace)
      .where('archive_id', '=', archiveId)
      .where('digest', 'in', digests)
      .execute()
    return new Map(
      rows.map((row) => [
        row.digest,
        { id: storedId('passage', row.id), createdAt: row.created_at },
      ]),
    )
  }

  /** None of them is stored, and no two are the same. */
  async function add(
    archiveId: string,
    passages: readonly (NewPassage & { readonly digest: string })[],
    at: string,
  ): Promise<void> {
    const positions = new Map<string, number>()
    for (const { source } of passages) {
      if (source !== '' && !positions.has(source))
        positions.set(source, await lastPosition(archiveId, source))
    }
    const next = (source: string) => {
      if (source === '') return 0
      const position = (positions.get(source) ?? 0) + 1
      positions.set(source, position)
      return position
    }
    const rows = await db
      .insertInto('passage')
      .values(
        passages.map(({ id, text, source, digest, createdAt }) => ({
          namespace,
          id,
          archive_id: archiveId,
          text,
          source,
          digest,
          position: next(source),
          superseded_by: null,
          last_found_at: null,
          created_at: createdAt,
          inserted_at: at,
        })),
      )
      .returning(['row', 'id'])
      .execute()
    const texts = new Map<string, string>(passages.map(({ id, text }) => [id, text]))
    const scope = passageScope(namespace, archiveId, false)
    await dialect.textSearch.add(
      db,
      'passage',
      rows.map(({ row, id }) => ({ row, scope, words: indexWords(texts.get(id) ?? '') })),
    )
    const entries = rows.map(({ row, id }) => ({ row, text: texts.get(id) ?? '' }))
    await embedEntries(db, namespace, { kind: 'archive', id: archiveId }, entries)
    await count(archiveId, rows.length)
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

    async insert(passages, at) {
      const [some] = passages
      if (!some) return []
      const digested = passages.map((passage) => ({ ...passage, digest: digestOf(passage) }))
      const known = await stored(
        some.archiveId,
        digested.map(({ digest }) => digest),
      )
      const fresh: typeof digested = []
      const results = digested.map((passage) => {
        const same = known.get(passage.digest)
        if (same) return { ...same, duplicate: true }
        known.set(passage.digest, { id: passage.id, createdAt: passage.createdAt })
        fresh.push(passage)
        return { id: passage.id, createdAt: passage.createdAt, duplicate: false }
      })
      if (fresh.length > 0) await add(some.archiveId, fresh, at)
      await addTags(
        digested.flatMap(({ tags }, index) =>
          tags.map((tag) => ({ passage_id: results[index]?.id ?? '', tag })),
        ),
      )
      await recordChange(db, namespace, 'archive', some.archiveId, at)
      return results
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
      const archive = { kind: 'archive', id: removed.archive_id } as const
      await forgetEntries(db, namespace, archive, [removed.row])
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
