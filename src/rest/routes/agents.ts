import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import {
  agentBody,
  agentPatch,
  readAgentFields,
  readAgentType,
  readBlock,
  readSettings,
} from '../read/agent.ts'
import { readBody } from '../read/body.ts'
import type { Query } from '../read/query.ts'
import { agentState, agentStates } from './agent-state.ts'
import { findTool } from './tools-of.ts'

export const agentRoutes: readonly Route[] = [
  route('GET', '/v1/agents', 'read', async ({ query, context }) =>
    agentStates(context, await context.agents.walk(filterOf(query))),
  ),

  route('GET', '/v1/agents/count', 'read', async ({ context }) => context.agents.count()),

  route('POST', '/v1/agents', 'write', async ({ body, context, caller }) => {
    const given = readBody(agentBody, body)
    const agentType = readAgentType(given.agent_type)
    const fields = {
      ...readAgentFields(given, context.models.knowsEmbedding),
      agentType,
      tools: await toolNames(context, given, context.agents.defaultTools(agentType)),
      blocks: given.memory_blocks?.map(readBlock),
      blockIds: given.block_ids,
      hasStandardBlocks: false,
      settings: readSettings(given),
    }
    const view = await context.agents.create(fields, caller)
    const sleeping = await giveSleeptime(context, view.agent.id, given)
    return agentState(context, sleeping ?? view)
  }),

  route('GET', '/v1/agents/{agent_id}', 'read', async ({ params, context }) => {
    const view = await context.agents.get(params.agent_id)
    const pending = await pendingOf(context, view.agent.id)
    return { ...(await agentState(context, view)), ...pending }
  }),

  route('PATCH', '/v1/agents/{agent_id}', 'write', async ({ params, body, context, caller }) => {
    const given = readBody(agentPatch, body)
    const { id } = await context.agents.find(params.agent_id)
    const tools = given.tool_ids && (await toolNames(context, given, []))
    const fields = { ...readAgentFields(given, context.models.knowsEmbedding), tools }
    await context.agents.update(id, fields, caller)
    const settings = readSettings(given)
    if (Object.values(settings).some((value) => value !== undefined))
      await context.agents.configure(id, settings)
    if (given.block_ids) await giveBlocks(context, id, given.block_ids)
    await giveSleeptime(context, id, given)
    return agentState(context, await context.agents.get(id))
  }),

  route('DELETE', '/v1/agents/{agent_id}', 'admin', async ({ params, context }) => {
    const id = await context.agents.delete(params.agent_id)
    return { message: `Agent id=${id} successfully deleted` }
  }),
]

/** Turns the sleep-time agent on or off, if the client says so. */
async function giveSleeptime(
  { companions }: McpContext,
  id: string,
  { enable_sleeptime: isEnabled }: { readonly enable_sleeptime?: boolean | undefined },
) {
  return isEnabled === undefined ? undefined : companions.configureSleeptime(id, { isEnabled })
}

function filterOf(query: Query) {
  return {
    ...query.walk({ order: 'desc', limit: 50 }),
    name: query.text('name'),
    query: query.text('query_text'),
    tags: query.list('tags'),
    matchAllTags: query.flag('match_all_tags'),
  }
}

/** The tools of an agent: by name and by id, beside those of its type. */
async function toolNames(
  context: McpContext,
  given: {
    readonly tools?: readonly string[] | undefined
    readonly tool_ids?: readonly string[] | undefined
    readonly include_base_tools?: boolean | undefined
  },
  base: readonly string[],
): Promise<readonly string[]> {
  const byId = await Promise.all((given.tool_ids ?? []).map((id) => findTool(context, id)))
  const names = [...(given.tools ?? []), ...byId.map(({ name }) => name)]
  return [...new Set([...(given.include_base_tools === false ? [] : base), ...names])]
}

/** Gives the agent exactly these blocks. */
async function giveBlocks(
  { agents, memory }: McpContext,
  id: string,
  blockIds: readonly string[],
): Promise<void> {
  const { blocks } = await agents.get(id)
  const has = new Set<string>(blocks.map((block) => block.id))
  for (const blockId of blockIds) await memory.get(blockId)
  for (const block of blocks)
    if (!blockIds.includes(block.id)) await agents.detachBlock(id, block.id)
  for (const blockId of blockIds) if (!has.has(blockId)) await agents.attachBlock(id, blockId)
}

/** The call that the agent's own history waits with, if it does. */
async function pendingOf({ runs }: McpContext, agent: string): Promise<object> {
  const open = await runs.walk({ agent, isOpen: true, order: 'asc', limit: 1 })
  const [run] = open
  if (run?.status !== 'requires_approval') return {}
  const { pendingApprovals } = await runs.get(run.id)
  const calls = pendingApprovals.map((call) => ({
    name: call.toolName,
    arguments: call.arguments,
    tool_call_id: call.callId,
  }))
  // Answered in the meantime.
  if (calls.length === 0) return {}
  return {
    pending_approval: {
      message_type: 'approval_request_message',
      run_id: run.id,
      tool_call: calls[0],
      tool_calls: calls,
    },
  }
}
