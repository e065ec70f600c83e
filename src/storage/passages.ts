import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { storedId } from '../core/ids.ts'
import { decodeCursor, pageOf } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'
import { recordChange } from './changes.ts'
import type { Database } from './schema.ts'
import type { Scope } from './scope.ts'
import { searchableText, searchTerms } from './search-text.ts'
import type { PassageReads, PassageSearch, PassageWrites } from './store.ts'

type Row = Selectable<Database['passage']>

export function passageReads({ db, namespace, dialect }: Scope): PassageReads {
  const all = () =>
    db.selectFrom('passage').selectAll('passage').where('passage.namespace', '=', namespace)

  async function archivesOf(agentId: string): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('agent_archive')
      .select('archive_id')
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)
      .execute()
    return rows.map((row) => row.archive_id)
  }

  async function tagsOf(rows: readonly Row[]): Promise<ReadonlyMap<string, readonly string[]>> {
    if (rows.length === 0) return new Map()
    const tags = await db
      .selectFrom('passage_tag')
      .select(['passage_id', 'tag'])
      .where('namespace', '=', namespace)
      .where(
        'passage_id',
        'in',
        rows.map((row) => row.id),
      )
      .orderBy('tag')
      .execute()
    const byPassage = new Map<string, string[]>()
    for (const { passage_id, tag } of tags)
      byPassage.set(passage_id, [...(byPassage.get(passage_id) ?? []), tag])
    return byPassage
  }

  /** The passages of these archives that pass the filters: what is ranked, and never less. */
  function filtered(
    archives: readonly string[],
    { tags = [], matchAllTags, after, before }: PassageSearch,
  ) {
    let select = all().where('archive_id', 'in', archives)
    if (after !== undefined) select = select.where('passage.created_at', '>=', after)
    if (before !== undefined) select = select.where('passage.created_at', '<=', before)
    const wanted = matchAllTags ? tags.map((tag) => [tag]) : tags.length > 0 ? [tags] : []
    for (const anyOf of wanted) {
      select = select.where((eb) =>
        eb.exists(
          eb
            .selectFrom('passage_tag')
            .select('tag')
            .whereRef('passage_tag.namespace', '=', 'passage.namespace')
            .whereRef('passage_tag.passage_id', '=', 'passage.id')
            .where('tag', 'in', anyOf),
        ),
      )
    }
    return select
  }

  return {
    async find(id) {
      const rows = await all().where('passage.id', '=', id).execute()
      const tags = await tagsOf(rows)
      return rows.map((row) => toPassage(row, tags))[0]
    },

    async defaultArchive(agentId) {
      const row = await db
        .selectFrom('agent_archive')
        .select('archive_id')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('is_default', '=', 1)
        .executeTakeFirst()
      return row && storedId('archive', row.archive_id)
    },

    async agentsOf(archiveId) {
      const rows = await db
        .selectFrom('agent_archive')
        .select('agent_id')
        .where('namespace', '=', namespace)
        .where('archive_id', '=', archiveId)
        .execute()
      return rows.map((row) => storedId('agent', row.agent_id))
    },

    async search(agentId, search) {
      const { query, limit, cursor } = search
      const offset = decodeCursor(cursor) ?? 0
      const archives = await archivesOf(agentId)
      const terms = query === undefined ? [] : searchTerms(query)
      if (archives.length === 0 || (query !== undefined && terms.length === 0)) return { items: [] }
      const select = filtered(archives, search)
        .offset(offset)
        .limit(limit + 1)

      if (terms.length === 0) {
        const rows = await select
          .orderBy('passage.created_at', 'desc')
          .orderBy('passage.row', 'desc')
          .execute()
        const tags = await tagsOf(rows)
        return pageOf(rows, limit, offset, (row) => ({ item: toPassage(row, tags) }))
      }
      const unfiltered =
        !search.tags?.length && search.after === undefined && search.before === undefined
      const best = unfiltered ? offset + limit + 1 : undefined
      const matches = dialect.textSearch.matches('passage', archives, terms, best)
      const rows = await select
        .innerJoin(matches.as('hit'), 'hit.row', 'passage.row')
        .select('hit.score')
        .orderBy('hit.score', 'desc')
        .orderBy('passage.row', 'desc')
        .execute()
      const tags = await tagsOf(rows)
      return pageOf(rows, limit, offset, (row) => ({
        item: toPassage(row, tags),
        score: row.score,
        foundBy: 'keyword' as const,
      }))
    },
  }
}

export function passageWrites({ db, namespace, dialect }: Scope): PassageWrites {
  async function addTags(passageId: string, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return
    await db
      .insertInto('passage_tag')
      .values(tags.map((tag) => ({ namespace, passage_id: passageId, tag })))
      .onConflict((conflict) => conflict.columns(['namespace', 'passage_id', 'tag']).doNothing())
      .execute()
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
        await dialect.textSearch.add(db, 'passage', [
          { row: inserted.row, scope: passage.archiveId, text: searchableText(passage.text) },
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

    async delete(agentId, id, at) {
      const removed = await db
        .deleteFrom('passage')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('archive_id', 'in', (eb) =>
          eb
            .selectFrom('agent_archive')
            .select('archive_id')
            .where('namespace', '=', namespace)
            .where('agent_id', '=', agentId),
        )
        .returning(['row', 'archive_id'])
        .executeTakeFirst()
      if (!removed) return false
      await dialect.textSearch.remove(db, 'passage', [removed.row])
      await recordChange(db, namespace, 'archive', removed.archive_id, at)
      return true
    },
  }
}

/** What makes two passages of an archive the same: the text and where it is from. */
function digestOf({ source, text }: Pick<Passage, 'source' | 'text'>): string {
  return createHash('sha256').update(`${source.length}:${source}${text}`).digest('hex')
}

function toPassage(row: Row, tags: ReadonlyMap<string, readonly string[]>): Passage {
  return {
    id: storedId('passage', row.id),
    archiveId: storedId('archive', row.archive_id),
    text: row.text,
    tags: tags.get(row.id) ?? [],
    source: row.source,
    createdAt: row.created_at,
  }
}
