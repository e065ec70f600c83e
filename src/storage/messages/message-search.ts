import type { AgentId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { rawCondition } from '../database/raw-condition.ts'
import type { EmbedQuery, MessageSearch, MessageSearches } from '../port/store.ts'
import { dates, notOfRun } from '../search/entry-conditions.ts'
import { presentMoment, rankedPage } from '../search/ranked-page.ts'
import { messageScope, SEARCHED_ROLES } from '../search/search-scope.ts'
import { searchMeaning } from '../search/serving-sets.ts'
import { messageOf } from './stored-message.ts'

export function messageSearches(scope: QueryScope): MessageSearches {
  const { db, namespace } = scope
  /** Newest first. */
  async function browse(agentId: AgentId, search: MessageSearch) {
    const { roles = SEARCHED_ROLES, exceptRun, after, before, limit, cursor } = search
    const [seq] = decodeCursor(cursor) ?? []
    const conditions = [...notOfRun({ exceptRun }), ...dates({ after, before })]
    let select = db
      .selectFrom('message as entry')
      .selectAll('entry')
      .where('entry.namespace', '=', namespace)
      .where('entry.agent_id', '=', agentId)
      .where('entry.text', '<>', '')
      .where('entry.role', 'in', roles)
      .where((eb) => eb.and(conditions.map(rawCondition)))
      .orderBy('entry.seq', 'desc')
      .limit(limit + 1)
    if (seq !== undefined) select = select.where('entry.seq', '<', seq)
    const rows = await select.execute()
    return pageOf(
      rows,
      limit,
      (row) => ({ item: messageOf(row) }),
      (row) => [row.seq],
    )
  }

  /**
   * Messages by row number. The namespace is checked afterwards: as a condition beside a list of numbers it makes SQLite
   * read the whole namespace.
   */
  async function messagesOf(numbers: readonly number[]): Promise<ReadonlyMap<number, Message>> {
    if (numbers.length === 0) return new Map()
    const rows = await db.selectFrom('message').selectAll().where('row', 'in', numbers).execute()
    const own = rows.filter((row) => row.namespace === namespace)
    return new Map(own.map((row) => [row.row, messageOf(row)]))
  }

  async function rank(
    agentId: AgentId,
    query: string,
    search: MessageSearch,
    embed: EmbedQuery | undefined,
  ) {
    const { roles = SEARCHED_ROLES, exceptRun, after, before, limit, cursor } = search
    const [offset = 0, upTo, vectorsUpTo] = decodeCursor(cursor, 3) ?? []
    const owned = { kind: 'agent', owners: [agentId] } as const
    const meaning = await searchMeaning(scope, owned, query, embed, vectorsUpTo)
    const answer = await scope.searches.ranked({
      index: 'message',
      namespace,
      query,
      now: search.now ?? presentMoment(),
      timezone: search.timezone ?? 'UTC',
      limit,
      offset,
      upTo,
      explain: search.explain,
      meaning: meaning.request,
      filter: {
        owners: [agentId],
        scopes: roles.map((role) => messageScope(namespace, agentId, role)),
        roles,
        exceptRun,
        after,
        before,
      },
    })
    const messages = await messagesOf(answer.hits.map(({ row }) => row))
    return rankedPage(answer, offset + limit, messages, meaning.warnings)
  }

  return {
    async search(agentId, search, embed) {
      if (search.roles?.length === 0) return { items: [] }
      return search.query === undefined
        ? browse(agentId, search)
        : rank(agentId, search.query, search, embed)
    },
  }
}
