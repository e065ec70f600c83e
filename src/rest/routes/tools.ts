import { z } from 'zod'
import type { Caller } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { type PresentedTool, presentStored } from '../present/tool.ts'
import { presentExecution, presentReturn } from '../present/trial.ts'
import { readBody, record } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import type { Query } from '../read/query.ts'
import { readTool, readTrial } from '../read/tool.ts'
import { agentState } from './agent-state.ts'
import { allTools, findTool, toolsOf } from './tools-of.ts'

const toolSearch = z.object({
  query: z.string().optional(),
  limit: z.number().int().min(1).max(100).optional(),
})

const approval = z.object({
  requires_approval: z.boolean().optional(),
  body_requires_approval: z.boolean().optional(),
})

const runBody = z.object({ args: record.optional() })

const idOf = ({ id }: PresentedTool) => id

export const toolRoutes: readonly Route[] = [
  route('GET', '/v1/tools', 'read', async ({ query, context }) => {
    const found = filtered(await allTools(context), query)
    return pageOfIds(found, idOf, query.walk({ order: 'asc', limit: 50 }))
  }),

  route('GET', '/v1/tools/count', 'read', async ({ context }) => (await allTools(context)).length),

  searchRoute(),

  // Letta's clients upsert by either method.
  ...(['POST', 'PUT'] as const).map((method) =>
    route(method, '/v1/tools', 'write', async ({ body, context, caller }) =>
      presentStored(await context.tools.upsert(readTool(body), caller)),
    ),
  ),

  route('POST', '/v1/tools/add-base-tools', 'read', async ({ context }) =>
    (await allTools(context)).filter(({ tool_type }) => tool_type.startsWith('letta_')),
  ),

  route('POST', '/v1/tools/run', 'write', async ({ body, context, caller, signal }) =>
    presentReturn(await context.tools.run({ ...readTrial(body), commit: false }, caller, signal)),
  ),

  route('GET', '/v1/tools/{tool_id}', 'read', async ({ params, context }) =>
    findTool(context, params.tool_id),
  ),

  route('PATCH', '/v1/tools/{tool_id}', 'write', async ({ params, body, context, caller }) => {
    const { id } = await ownTool(context, params.tool_id)
    return presentStored(await context.tools.update(id, readTool(body), caller))
  }),

  route('DELETE', '/v1/tools/{tool_id}', 'admin', async ({ params, context }) => {
    await context.tools.delete((await ownTool(context, params.tool_id)).id)
    return null
  }),

  route('GET', '/v1/agents/{agent_id}/tools', 'read', async ({ params, query, context }) => {
    const tools = await toolsOf(context, await context.agents.find(params.agent_id))
    return pageOfIds(tools, idOf, query.walk({ order: 'asc', limit: 10 }))
  }),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/tools/attach/{tool_id}',
    'write',
    async ({ params, context, caller }) => {
      const { id, name, tool_type } = await findTool(context, params.tool_id)
      const agent = await context.agents.find(params.agent_id)
      if (isOwn(tool_type)) await context.tools.attach(agent.id, id, caller)
      else await giveTools(context, agent.id, [...agent.tools, name], caller)
      // Clients before 1.0 require the agent, and later ones take it.
      return agentState(context, await context.agents.get(agent.id))
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/tools/detach/{tool_id}',
    'write',
    async ({ params, context, caller }) => {
      const { id, name, tool_type } = await findTool(context, params.tool_id)
      const agent = await context.agents.find(params.agent_id)
      const others = agent.tools.filter((other) => other !== name)
      if (others.length < agent.tools.length) {
        if (isOwn(tool_type)) await context.tools.detach(agent.id, id)
        else await giveTools(context, agent.id, others, caller)
      }
      return agentState(context, await context.agents.get(agent.id))
    },
  ),

  route(
    'POST',
    '/v1/agents/{agent_id}/tools/{tool_name}/run',
    'write',
    async ({ params, body, context, caller, signal }) => {
      const { args = {} } = readBody(runBody, body)
      const { id, tools } = await context.agents.find(params.agent_id)
      if (!tools.includes(params.tool_name)) throw noTool(params.tool_name)
      const trial = { tool: params.tool_name, agent: id, arguments: args, commit: true }
      return presentExecution(await context.tools.run(trial, caller, signal))
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

function noTool(name: string): UserError {
  return new UserError('not_found', `The agent has no tool ${name}.`)
}

function isOwn(type: string): boolean {
  return !type.startsWith('letta_')
}

/** A tool that can be changed. Throws a UserError for one that comes with the server. */
async function ownTool(context: McpContext, id: string): Promise<PresentedTool> {
  const tool = await findTool(context, id)
  if (isOwn(tool.tool_type)) return tool
  throw new UserError(
    'invalid_argument',
    `The tool ${tool.name} comes with the server and can't be changed. Create one of your own under another name.`,
  )
}

async function giveTools(
  { agents }: McpContext,
  id: string,
  tools: readonly string[],
  caller: Caller,
): Promise<void> {
  await agents.update(id, { tools: [...new Set(tools)], keepsMissingTools: true }, caller)
}

async function setApproval(
  { agents }: McpContext,
  agent: string,
  toolName: string,
  isAsked: boolean,
): Promise<void> {
  const { id, tools, toolRules } = await agents.find(agent)
  if (!tools.includes(toolName)) throw noTool(toolName)
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
