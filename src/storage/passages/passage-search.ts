import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { rawCondition } from '../database/raw-condition.ts'
import type { RankedFilter } from '../database/search-request.ts'
import type { EmbedQuery, PassageSearch, PassageSearches } from '../port/store.ts'
import { current, dates } from '../search/entry-conditions.ts'
import { presentMoment, rankedPage } from '../search/ranked-page.ts'
import { passageScope } from '../search/search-scope.ts'
import { searchMeaning } from '../search/serving-sets.ts'
import { archivesOf, passagesByRow, toPassages } from './passage-rows.ts'

export function passageSearches(scope: QueryScope): PassageSearches {
  const { db, namespace } = scope
  async function anyExpires(archives: readonly string[]): Promise<boolean> {
    const found = await db
      .selectFrom('passage')
      .select('row')
      .where('namespace', '=', namespace)
      .where('archive_id', 'in', archives)
      .where('expires_at', 'is not', null)
      .limit(1)
      .executeTakeFirst()
    return found !== undefined
  }

  /** Newest first, by `createdAt`. */
  async function browse(archives: readonly string[], search: PassageSearch) {
    const { limit, cursor, after, includeSuperseded, asOf } = search
    const before = earlier(search.before, asOf)
    const now = search.now ?? presentMoment()
    const [time, row] = decodeCursor(cursor, 2) ?? []
    const isCurrent = includeSuperseded ? [] : current({ livesAt: asOf ?? now, asOf })
    let select = db
      .selectFrom('passage as entry')
      .selectAll('entry')
      .where('entry.namespace', '=', namespace)
      .where('entry.archive_id', 'in', archives)
      .where((eb) => eb.and([...isCurrent, ...dates({ after, before })].map(rawCondition)))
      .orderBy('entry.created_at', 'desc')
      .orderBy('entry.row', 'desc')
      .limit(limit + 1)
    if (!includeSuperseded && asOf === undefined) {
      select = select.where('entry.superseded_by', 'is', null)
    }
    if (time !== undefined && row !== undefined) {
      const at = toTimestamp(time)
      select = select.where((eb) =>
        eb.or([
          eb('entry.created_at', '<', at),
          eb.and([eb('entry.created_at', '=', at), eb('entry.row', '<', row)]),
        ]),
      )
    }
    for (const anyOf of wantedTags(search)) {
      select = select.where((eb) =>
        eb.exists(
          eb
            .selectFrom('passage_tag')
            .select('tag')
            .whereRef('passage_tag.namespace', '=', 'entry.namespace')
            .whereRef('passage_tag.passage_id', '=', 'entry.id')
            .where('tag', 'in', anyOf),
        ),
      )
    }
    const rows = await select.execute()
    const passages = await toPassages(scope, rows)
    return pageOf(
      rows.flatMap((row, index) => (passages[index] ? [{ row, item: passages[index] }] : [])),
      limit,
      ({ item }) => ({ item }),
      ({ row }) => [Date.parse(row.created_at), row.row],
    )
  }

  async function rank(
    archives: readonly string[],
    query: string,
    search: PassageSearch,
    embed: EmbedQuery | undefined,
  ) {
    const { limit, cursor, after, includeSuperseded, asOf } = search
    const now = search.now ?? presentMoment()
    const [offset = 0, upTo, vectorsUpTo] = decodeCursor(cursor, 3) ?? []
    const variants = includeSuperseded || asOf !== undefined ? [false, true] : [false]
    const filter: RankedFilter = {
      owners: archives,
      scopes: archives.flatMap((id) =>
        variants.map((variant) => passageScope(namespace, id, variant)),
      ),
      after,
      before: earlier(search.before, asOf),
      tags: wantedTags(search),
      includeSuperseded: includeSuperseded || asOf !== undefined,
      ...(!includeSuperseded && {
        asOf,
        livesAt: (await anyExpires(archives)) ? (asOf ?? now) : undefined,
      }),
    }
    const owned = { kind: 'archive', owners: archives } as const
    const meaning = await searchMeaning(scope, owned, query, embed, vectorsUpTo)
    const answer = await scope.searches.ranked({
      index: 'passage',
      namespace,
      query,
      now,
      timezone: search.timezone ?? 'UTC',
      limit,
      offset,
      upTo,
      explain: search.explain,
      meaning: meaning.request,
      filter,
    })
    const passages = await passagesByRow(
      scope,
      answer.hits.map(({ row }) => row),
    )
    return rankedPage(answer, offset + limit, passages, meaning.warnings)
  }

  return {
    async search(agentId, search, embed) {
      const own = await archivesOf(scope, agentId)
      const archives = search.archiveId ? own.filter((id) => id === search.archiveId) : own
      if (archives.length === 0) return { items: [] }
      return search.query === undefined
        ? browse(archives, search)
        : rank(archives, search.query, search, embed)
    },

    async alike(agentId, stems, limit) {
      const archives = await archivesOf(scope, agentId)
      if (archives.length === 0 || stems.length === 0) return []
      const rows = await scope.searches.alike({
        scopes: archives.map((id) => passageScope(namespace, id, false)),
        stems,
        limit,
      })
      const passages = await passagesByRow(scope, rows)
      return rows.flatMap((row) => passages.get(row) ?? [])
    },
  }
}

/** The tag condition: a passage must have one tag of each list. */
function wantedTags({ tags = [], matchAllTags }: PassageSearch): readonly (readonly string[])[] {
  if (tags.length === 0) return []
  return matchAllTags ? tags.map((tag) => [tag]) : [tags]
}

function earlier(one: Timestamp | undefined, other: Timestamp | undefined): Timestamp | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one < other ? one : other
}
