import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { type GroupView, groupConversation } from '../../core/group.ts'
import { allOf } from '../../core/page.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { readBody } from '../read/body.ts'
import { pageOfIds } from '../read/page-of-ids.ts'
import { readTurn } from '../read/turn.ts'
import { answerLikeAsked } from '../turn/answer-like-asked.ts'
import type { Place } from '../turn/start-turn.ts'
import { listMessages } from './messages.ts'

/* Groups: a manager that delegates to members. Letta calls that kind supervisor; the others are not there. */

const SUPERVISOR = 'supervisor'
const UNNAMED = 'Group'

const groupBody = z.object({
  agent_ids: z.array(z.string()),
  description: z.string().optional(),
  manager_config: z
    .object({
      manager_type: z.string().optional(),
      manager_agent_id: z.string().optional(),
      max_turns: z.number().int().optional(),
    })
    .optional(),
})

const OLDEST = { order: 'asc', limit: 50 } as const

export const groupRoutes: readonly Route[] = [
  route('GET', '/v1/groups', 'read', async ({ query, context }) => {
    const type = query.text('manager_type') ?? SUPERVISOR
    const groups = type === SUPERVISOR ? await groupsOf(context) : []
    return pageOfIds(groups, ({ group }) => group.id, query.walk(OLDEST)).map(presentGroup)
  }),

  route('GET', '/v1/groups/count', 'read', async ({ context }) => (await groupsOf(context)).length),

  route('POST', '/v1/groups', 'write', async ({ body, context }) => {
    const { agent_ids: members, description, manager_config = {} } = readBody(groupBody, body)
    const { manager_type: type, manager_agent_id: manager, max_turns: maxTurns } = manager_config
    if (type !== SUPERVISOR || manager === undefined) {
      throw new UserError(
        'invalid_argument',
        `Groups here are of the kind "supervisor", and this one is of the kind ${JSON.stringify(type ?? 'round_robin')}. Give manager_config: {"manager_type": "supervisor", "manager_agent_id": "agent-…"}.`,
      )
    }
    const name = description?.trim() || UNNAMED
    return presentGroup(await context.groups.create({ name, manager, members, maxTurns }))
  }),

  route('GET', '/v1/groups/{group_id}', 'read', async ({ params, context }) =>
    presentGroup(await context.groups.get(params.group_id)),
  ),

  route('DELETE', '/v1/groups/{group_id}', 'admin', async ({ params, context }) => {
    await context.groups.delete(params.group_id)
    return null
  }),

  route('GET', '/v1/groups/{group_id}/messages', 'read', async ({ params, query, context }) =>
    listMessages(context, await placeOf(context, params.group_id), query),
  ),

  route('POST', '/v1/groups/{group_id}/messages', 'chat', async (call) => {
    const turn = readTurn(call.body)
    const place = await placeOf(call.context, call.params.group_id)
    return answerLikeAsked(call, place, turn, turn.view.streaming ?? false)
  }),

  route('POST', '/v1/groups/{group_id}/messages/stream', 'chat', async (call) => {
    const place = await placeOf(call.context, call.params.group_id)
    return answerLikeAsked(call, place, readTurn(call.body), true)
  }),

  route('GET', '/v1/agents/{agent_id}/groups', 'read', async ({ params, query, context }) => {
    const { id } = await context.agents.find(params.agent_id)
    const groups = await groupsOf(context, id)
    return pageOfIds(groups, ({ group }) => group.id, query.walk(OLDEST)).map(presentGroup)
  }),
]

/** Oldest first. A client of one agent is not told of groups, which name other agents. */
async function groupsOf(
  { pinnedTo, groups }: McpContext,
  agent?: string,
): Promise<readonly GroupView[]> {
  if (pinnedTo !== undefined) return []
  return (await allOf((page) => groups.list({ ...page, agent }))).toReversed()
}

/** The conversation of the manager in which the group is messaged. */
async function placeOf({ groups }: McpContext, groupId: string): Promise<Place> {
  const { group } = await groups.get(groupId)
  return { agent: group.managerId, conversation: groupConversation(group.id) }
}

function presentGroup({ group }: GroupView) {
  return {
    id: group.id,
    manager_type: SUPERVISOR,
    manager_agent_id: group.managerId,
    agent_ids: group.memberIds,
    description: group.name,
    max_turns: group.maxTurns,
    shared_block_ids: [],
    project_id: null,
    hidden: null,
    sleeptime_agent_frequency: null,
    termination_token: null,
    turns_counter: null,
    last_processed_message_id: null,
  }
}
