import type { AgentId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { readRows } from '../database/read-rows.ts'
import type { Scope } from '../database/scope.ts'
import type { EmbedQuery, MessageSearch, MessageSearches } from '../port/store.ts'
import { presentMoment, rankedPage } from '../search/ranked-page.ts'
import { messageScope, SEARCHED_ROLES } from '../search/search-scope.ts'
import { searchMeaning } from '../search/serving-sets.ts'
import { messageOf } from './messages.ts'

export function messageSearches(scope: Scope): MessageSearches {
  const { db, namespace } = scope
  const all = () =>
    db.selectFrom('message').selectAll('message').where('message.namespace', '=', namespace)

  /** Newest first. */
  async function browse(agentId: AgentId, search: MessageSearch) {
    const { roles = SEARCHED_ROLES, exceptRun, after, before, limit, cursor } = search
    const [seq] = decodeCursor(cursor) ?? []
    let select = all()
      .where('agent_id', '=', agentId)
      .where('message.text', '<>', '')
      .where('role', 'in', roles)
      .orderBy('seq', 'desc')
      .limit(limit + 1)
    if (seq !== undefined) select = select.where('seq', '<', seq)
    if (exceptRun !== undefined) {
      select = select.where((eb) =>
        eb.or([eb('run_id', 'is', null), eb('run_id', '<>', exceptRun)]),
      )
    }
    if (after !== undefined) select = select.where('created_at', '>=', after)
    if (before !== undefined) select = select.where('created_at', '<=', before)
    const rows = await select.execute()
    return pageOf(
      rows,
      limit,
      (row) => ({ item: messageOf(row) }),
      (row) => [row.seq],
    )
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
      today: (search.now ?? presentMoment()).slice(0, 10),
      limit,
      offset,
      upTo,
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
    const found = answer.hits.map(({ row }) => row)
    const rows = await readRows(scope, 'message', found)
    const messages = new Map(rows.map((row) => [row.row, messageOf(row)]))
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
