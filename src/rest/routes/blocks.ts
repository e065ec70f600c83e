import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { type Route, route } from '../call/route.ts'
import { presentBlock } from '../present/block.ts'
import { lettaBlock, readBlock } from '../read/agent.ts'
import { readBody, record } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import type { Query } from '../read/query.ts'
import { agentState, agentStates } from './agent-state.ts'

const blockPatch = z.object({
  value: z.string().optional(),
  description: z.string().optional(),
  limit: z.number().int().optional(),
  read_only: z.boolean().optional(),
  metadata: record.optional(),
})

const PAGE = { order: 'asc', limit: 50 } as const
/** An agent's blocks are few. */
const ALL_OF_AGENT = { order: 'asc', limit: 100 } as const

export const blockRoutes: readonly Route[] = [
  route('GET', '/v1/blocks', 'read', async ({ query, context }) => {
    const found = await context.memory.walk({ ...query.walk(PAGE), ...filterOf(query) })
    return found.map(({ block }) => presentBlock(block))
  }),

  route('POST', '/v1/blocks', 'write', async ({ body, context }) => {
    const { block } = await context.memory.create(readBlock(readBody(lettaBlock, body)))
    return presentBlock(block)
  }),

  route('GET', '/v1/blocks/count', 'read', async ({ context }) => (await context.stats()).blocks),

  route('GET', '/v1/blocks/{block_id}', 'read', async ({ params, context }) =>
    presentBlock((await context.memory.get(params.block_id)).block),
  ),

  route('PATCH', '/v1/blocks/{block_id}', 'write', async ({ params, body, context }) => {
    const changes = readChanges(body)
    return presentBlock((await context.memory.update(params.block_id, changes)).block)
  }),

  route('DELETE', '/v1/blocks/{block_id}', 'admin', async ({ params, context }) => {
    await context.memory.remove(params.block_id)
    return { message: `Block id=${params.block_id} successfully deleted` }
  }),

  route('GET', '/v1/blocks/{block_id}/agents', 'read', async ({ params, query, context }) => {
    const { sharedWith } = await context.memory.get(params.block_id)
    const views = await Promise.all(sharedWith.map((id) => context.agents.get(id)))
    const page = pageOfIds(views, ({ agent }) => agent.id, query.walk({ order: 'desc', limit: 50 }))
    return agentStates(context, page)
  }),

  route('GET', '/v1/agents/{agent_id}/core-memory', 'read', async ({ params, context }) => {
    const { agent, blocks } = await context.agents.get(params.agent_id)
    return {
      agent_type: agent.agentType,
      blocks: blocks.map(presentBlock),
      file_blocks: [],
      prompt_template: '',
    }
  }),

  route(
    'GET',
    '/v1/agents/{agent_id}/core-memory/blocks',
    'read',
    async ({ params, query, context }) => {
      const { blocks } = await context.agents.get(params.agent_id)
      return pageOfIds(blocks, ({ id }) => id, query.walk(ALL_OF_AGENT)).map(presentBlock)
    },
  ),

  route(
    'GET',
    '/v1/agents/{agent_id}/core-memory/blocks/{label}',
    'read',
    async ({ params, context }) => {
      const { blocks } = await context.memory.read(params.agent_id, params.label)
      return presentBlock(onlyOne(blocks).block)
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/core-memory/blocks/{label}',
    'write',
    async ({ params, body, context }) => {
      const { blocks } = await context.memory.read(params.agent_id, params.label)
      const { id } = onlyOne(blocks).block
      const changes = readChanges(body)
      const { metadata, value = onlyOne(blocks).block.value, ...rest } = changes
      // By label, so that a client of one agent may do it as well.
      const { block } = await context.memory.write(params.agent_id, params.label, value, rest)
      if (metadata === undefined) return presentBlock(block)
      return presentBlock((await context.memory.update(id, { metadata })).block)
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/core-memory/blocks/attach/{block_id}',
    'write',
    async ({ params, context }) => {
      await context.memory.get(params.block_id)
      return agentState(context, await context.agents.attachBlock(params.agent_id, params.block_id))
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/core-memory/blocks/detach/{block_id}',
    'write',
    async ({ params, context }) =>
      agentState(context, await context.agents.detachBlock(params.agent_id, params.block_id)),
  ),
]

function readChanges(body: unknown) {
  const { read_only, ...changes } = readBody(blockPatch, body)
  return { ...changes, readOnly: read_only }
}

function filterOf(query: Query) {
  return {
    label: query.text('label'),
    labelPart: query.text('label_search'),
    descriptionPart: query.text('description_search'),
    valuePart: query.text('value_search'),
  }
}

function onlyOne<T>(found: readonly T[]): T {
  const [one] = found
  if (one !== undefined) return one
  throw new UserError('not_found', 'The agent has no block of that label.')
}
