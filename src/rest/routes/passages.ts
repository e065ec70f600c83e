import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { PassageId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { presentFound, presentPassage } from '../present/passage.ts'
import { readBody } from '../read/body.ts'
import type { Query } from '../read/query.ts'

const newPassage = z.object({
  text: z.string(),
  tags: z.array(z.string()).optional(),
  created_at: z.string().optional(),
})

const manyPassages = z.object({ passages: z.array(newPassage) })

const passageSearch = z.object({
  query: z.string().optional(),
  agent_id: z.string().optional(),
  archive_id: z.string().optional(),
  tags: z.array(z.string()).optional(),
  tag_match_mode: z.enum(['any', 'all']).optional(),
  limit: z.number().int().min(1).max(100).optional(),
  start_date: z.string().optional(),
  end_date: z.string().optional(),
})

const PAGE = { order: 'asc', limit: 100 } as const
/** Chosen by hand. */
const SEARCHED = 10
/** The most that one search gives; chosen by hand. */
const MAX_FOUND = 100
/** Agents that a search without an agent looks through, newest first. Chosen by hand. */
const AGENTS_SEARCHED = 50

export const passageRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/agents/{agent_id}/archival-memory',
    'write',
    async ({ params, body, context }) => {
      const { text, tags, created_at } = readBody(newPassage, body)
      const options = { tags, createdAt: created_at }
      const { passages } = await context.archival.insert(params.agent_id, [text], options)
      return presentAll(
        context,
        passages.map(({ id }) => id),
      )
    },
  ),

  route(
    'GET',
    '/v1/agents/{agent_id}/archival-memory',
    'read',
    async ({ params, query, context }) => {
      const search = query.text('search')
      if (search !== undefined) {
        const limit = Math.min(query.number('limit') ?? PAGE.limit, MAX_FOUND)
        const { items } = await context.archival.search(params.agent_id, { query: search, limit })
        return items.map(({ item }) => presentPassage(item))
      }
      const walk = query.walk(PAGE)
      const found = await context.archives.passages({ ...walk, of: { agent: params.agent_id } })
      return found.map(presentPassage)
    },
  ),

  route(
    'GET',
    '/v1/agents/{agent_id}/archival-memory/search',
    'read',
    async ({ params, query, context }) => {
      const { items } = await context.archival.search(params.agent_id, searchOf(query))
      const results = items.map(({ item }) => presentFound(item))
      return { results, count: results.length }
    },
  ),

  route(
    'DELETE',
    '/v1/agents/{agent_id}/archival-memory/{passage_id}',
    'write',
    async ({ params, context }) => {
      await context.archival.delete(params.agent_id, params.passage_id)
      return null
    },
  ),

  route(
    'POST',
    '/v1/archives/{archive_id}/passages',
    'write',
    async ({ params, body, context }) => {
      const { created_at, ...passage } = readBody(newPassage, body)
      const entries = [{ ...passage, createdAt: created_at }]
      const [made] = await presentAll(
        context,
        await context.archives.insert(params.archive_id, entries),
      )
      return made
    },
  ),

  route(
    'POST',
    '/v1/archives/{archive_id}/passages/batch',
    'write',
    async ({ params, body, context }) => {
      const { passages } = readBody(manyPassages, body)
      const entries = passages.map(({ created_at, ...one }) => ({ ...one, createdAt: created_at }))
      return presentAll(context, await context.archives.insert(params.archive_id, entries))
    },
  ),

  route('GET', '/v1/archives/{archive_id}/passages', 'read', async ({ params, query, context }) => {
    const of = { archiveId: params.archive_id }
    return (await context.archives.passages({ ...query.walk(PAGE), of })).map(presentPassage)
  }),

  route(
    'DELETE',
    '/v1/archives/{archive_id}/passages/{passage_id}',
    'write',
    async ({ params, context }) => {
      await context.archives.removePassage(params.archive_id, params.passage_id)
      return null
    },
  ),

  searchRoute(),
]

function searchRoute(): Route {
  return route('POST', '/v1/passages/search', 'read', async ({ body, context }) => {
    const given = readBody(passageSearch, body)
    const { agent_id, limit = SEARCHED } = given
    if (agent_id === undefined && given.archive_id !== undefined) {
      throw new UserError(
        'unsupported',
        'A search in an archive goes through an agent that has it: give agent_id too.',
      )
    }
    const agents =
      agent_id === undefined
        ? await context.agents.walk({ order: 'desc', limit: AGENTS_SEARCHED })
        : [await context.agents.get(agent_id)]
    const filter = {
      query: given.query,
      tags: given.tags,
      matchAllTags: given.tag_match_mode === 'all',
      archiveId: given.archive_id,
      after: given.start_date,
      before: given.end_date,
      limit,
    }
    const pages = await Promise.all(
      agents.map(({ agent }) => context.archival.search(agent.id, filter)),
    )
    const hits = pages.flatMap(({ items }) => items)
    const byId = new Map(hits.map((hit) => [hit.item.id, hit]))
    return [...byId.values()]
      .toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))
      .slice(0, limit)
      .map(({ item, score = 0 }) => ({ passage: presentPassage(item), score, metadata: {} }))
  })
}

function searchOf(query: Query) {
  return {
    query: query.text('query'),
    tags: query.list('tags'),
    matchAllTags: query.text('tag_match_mode') === 'all',
    after: query.text('start_datetime'),
    before: query.text('end_datetime'),
    limit: Math.min(query.number('top_k') ?? SEARCHED, MAX_FOUND),
  }
}

async function presentAll({ archival }: McpContext, ids: readonly PassageId[]) {
  const passages = await Promise.all(ids.map((id) => archival.get(id)))
  return passages.map(presentPassage)
}
