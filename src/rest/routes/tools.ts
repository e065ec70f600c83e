import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import type { PresentedTool } from '../present/tool.ts'
import { readBody } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import type { Query } from '../read/query.ts'
import { allTools, findTool, toolsOf } from './tools-of.ts'

const toolSearch = z.object({
  query: z.string().optional(),
  limit: z.number().int().min(1).max(100).optional(),
})

const approval = z.object({
  requires_approval: z.boolean().optional(),
  body_requires_approval: z.boolean().optional(),
})

const idOf = ({ id }: PresentedTool) => id

export const toolRoutes: readonly Route[] = [
  route('GET', '/v1/tools', 'read', async ({ query, context }) => {
    const found = filtered(await allTools(context), query)
    return pageOfIds(found, idOf, query.walk({ order: 'asc', limit: 50 }))
  }),

  route('GET', '/v1/tools/count', 'read', async ({ context }) => (await allTools(context)).length),

  searchRoute(),

  route('GET', '/v1/tools/{tool_id}', 'read', async ({ params, context }) =>
    findTool(context, params.tool_id),
  ),

  route('GET', '/v1/agents/{agent_id}/tools', 'read', async ({ params, query, context }) => {
    const tools = await toolsOf(context, await context.agents.find(params.agent_id))
    return pageOfIds(tools, idOf, query.walk({ order: 'asc', limit: 10 }))
  }),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/tools/attach/{tool_id}',
    'write',
    async ({ params, context, caller }) => {
      const tool = await findTool(context, params.tool_id)
      const { id, tools } = await context.agents.find(params.agent_id)
      await context.agents.update(id, { tools: [...new Set([...tools, tool.name])] }, caller)
      return null
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/tools/detach/{tool_id}',
    'write',
    async ({ params, context, caller }) => {
      const tool = await findTool(context, params.tool_id)
      const { id, tools } = await context.agents.find(params.agent_id)
      const others = tools.filter((name) => name !== tool.name)
      await context.agents.update(id, { tools: others }, caller)
      return null
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/tools/approval/{tool_name}',
    'write',
    async ({ params, query, body, context }) => {
      const given = readBody(approval, body)
      const asked =
        given.requires_approval ?? given.body_requires_approval ?? query.flag('requires_approval')
      await setApproval(context, params.agent_id, params.tool_name, asked ?? true)
      return null
    },
  ),
]

async function setApproval(
  { agents }: McpContext,
  agent: string,
  toolName: string,
  isAsked: boolean,
): Promise<void> {
  const { id, tools, toolRules } = await agents.find(agent)
  if (!tools.includes(toolName))
    throw new UserError('not_found', `The agent has no tool ${toolName}.`)
  const others = toolRules.filter(
    (rule) => rule.type !== 'requires_approval' || rule.toolName !== toolName,
  )
  const rule = { type: 'requires_approval', toolName } as const
  await agents.update(id, { toolRules: isAsked ? [...others, rule] : others })
}

function searchRoute(): Route {
  return route('POST', '/v1/tools/search', 'read', async ({ body, context }) => {
    const { query = '', limit = 50 } = readBody(toolSearch, body)
    const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    const scored = (await allTools(context)).map((tool) => {
      const text = `${tool.name} ${tool.description}`.toLowerCase()
      const hits = words.filter((word) => text.includes(word)).length
      return { tool, score: words.length === 0 ? 1 : hits / words.length }
    })
    return scored
      .filter(({ score }) => score > 0)
      .toSorted((one, other) => other.score - one.score)
      .slice(0, limit)
      .map(({ tool, score }) => ({
        tool,
        embedded_text: null,
        combined_score: score,
        fts_rank: null,
        vector_rank: null,
      }))
  })
}

function filtered(tools: readonly PresentedTool[], query: Query): readonly PresentedTool[] {
  const name = query.text('name')
  const names = query.list('names')
  const ids = query.list('tool_ids')
  const types = query.list('tool_types')
  const part = query.text('search')?.toLowerCase()
  return tools.filter(
    (tool) =>
      (name === undefined || tool.name === name) &&
      (names.length === 0 || names.includes(tool.name)) &&
      (ids.length === 0 || ids.includes(tool.id)) &&
      (types.length === 0 || types.includes(tool.tool_type)) &&
      (part === undefined || tool.name.toLowerCase().includes(part)),
  )
}
