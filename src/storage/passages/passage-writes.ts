import type { ArchivalCounts } from '../../core/archive.ts'
import { storedId } from '../../core/ids.ts'
import { indexWords } from '../../search/words.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { Scope } from '../database/scope.ts'
import { forgetEntries } from '../embedding/vector-entries.ts'
import type { NewPassage, PassageWrites } from '../port/store.ts'
import { passageEntry } from '../search/reindex.ts'
import { passageScope } from '../search/search-scope.ts'
import { addPassages, addTags, countPassages, digestOf } from './add-passages.ts'
import { archivesOf, type PassageRow } from './passage-rows.ts'

/** A statement takes so many values and no more. */
const PASSAGES_AT_ONCE = 500

export function passageWrites(scope: Scope): PassageWrites {
  const { db, namespace, dialect } = scope

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

  const count = (archiveId: string, change: Partial<ArchivalCounts>) =>
    countPassages(scope, archiveId, change)

  /** Those that the archive has, by what makes them the same; what was superseded is current again. */
  async function stored(archiveId: string, digests: readonly string[]) {
    const rows = await db
      .selectFrom('passage')
      .select(['row', 'id', 'archive_id', 'text', 'digest', 'superseded_by', 'created_at'])
      .where('namespace', '=', namespace)
      .where('archive_id', '=', archiveId)
      .where('digest', 'in', digests)
      .execute()
    await setSuperseded(
      rows.filter(({ superseded_by }) => superseded_by !== null),
      null,
    )
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
    passages: readonly NewPassage[],
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
    const placed = passages.map((passage) => ({
      ...passage,
      position: next(passage.source),
      supersededBy: null,
      foundCount: 0,
      lastFoundAt: null,
    }))
    await addPassages(scope, archiveId, placed, at)
  }

  async function supersedeBy(passages: readonly Pick<PassageRow, 'row'>[], by: string | null) {
    if (passages.length === 0) return
    const rows = passages.map(({ row }) => row)
    await db.updateTable('passage').set({ superseded_by: by }).where('row', 'in', rows).execute()
  }

  /** Superseded passages stand in a scope of their own. None of these is in it already, or all of them are. */
  async function setSuperseded(
    passages: readonly Pick<PassageRow, 'row' | 'text' | 'archive_id'>[],
    by: string | null,
  ): Promise<void> {
    if (passages.length === 0) return
    await supersedeBy(passages, by)
    const entries = (superseded: boolean) =>
      passages.map(({ row, text, archive_id }) => ({
        row,
        scope: passageScope(namespace, archive_id, superseded),
        words: indexWords(text),
      }))
    await dialect.textSearch.remove(db, 'passage', entries(by === null))
    await dialect.textSearch.add(db, 'passage', entries(by !== null))
    for (const { archive_id } of passages)
      await count(archive_id, { superseded: by === null ? -1 : 1 })
  }

  return {
    async insert(passages, at) {
      const [some] = passages
      if (!some) return []
      await lockOwners(scope, 'archive', [some.archiveId])
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
        scope,
        digested.flatMap(({ tags }, index) =>
          tags.map((tag) => ({ passage_id: results[index]?.id ?? '', tag })),
        ),
      )
      await recordChange(db, namespace, 'archive', some.archiveId, at)
      return results
    },

    async insertHistory(passages, at) {
      const [some] = passages
      if (!some) return
      await lockOwners(scope, 'archive', [some.archiveId])
      for (let start = 0; start < passages.length; start += PASSAGES_AT_ONCE) {
        const batch = passages.slice(start, start + PASSAGES_AT_ONCE)
        await addPassages(scope, some.archiveId, batch, at)
        const tags = batch.flatMap(({ id, tags }) => tags.map((tag) => ({ passage_id: id, tag })))
        await addTags(scope, tags)
      }
      await recordChange(db, namespace, 'archive', some.archiveId, at)
    },

    async supersede(agentId, old, id, at) {
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
      await setSuperseded([passage], id)
      await recordChange(db, namespace, 'archive', passage.archive_id, at)
      return true
    },

    async recordFound(agentId, ids, at) {
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
      for (const { archive_id } of fresh) await count(archive_id, { found: 1 })
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
      await count(removed.archive_id, {
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
      if (removed.superseded_by === null) await setSuperseded(replaced, null)
      else await supersedeBy(replaced, removed.superseded_by)
      await recordChange(db, namespace, 'archive', removed.archive_id, at)
      return true
    },
  }
}
