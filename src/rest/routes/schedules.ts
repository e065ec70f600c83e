import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { allOf } from '../../core/page.ts'
import type { Schedule } from '../../core/schedule.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { readBody } from '../read/body.ts'
import { content, readContent } from '../read/content.ts'
import { pageOfIds } from '../read/page-of-ids.ts'

/* Messages to an agent at set times, which Letta calls scheduled messages. */

/** Smaller numbers are seconds since 1970, larger ones milliseconds: as milliseconds this is 1973. */
const LEAST_MILLISECONDS = 100_000_000_000

const scheduleBody = z.object({
  messages: z.array(z.object({ role: z.enum(['user', 'system']).optional(), content })),
  schedule: z.object({
    type: z.enum(['one-time', 'recurring']).optional(),
    scheduled_at: z.number().optional(),
    cron_expression: z.string().optional(),
  }),
})

export const scheduleRoutes: readonly Route[] = [
  route('POST', '/v1/agents/{agent_id}/schedule', 'write', async (call) => {
    const { messages, schedule } = readBody(scheduleBody, call.body)
    const { id, nextAt } = await call.context.schedules.create({
      agent: call.params.agent_id,
      message: messageOf(messages),
      ...(schedule.cron_expression === undefined
        ? { at: timeOf(schedule.scheduled_at) }
        : { cron: schedule.cron_expression }),
      // The field has no zone, and Letta's is UTC.
      timezone: 'UTC',
      scopes: [...call.caller.scopes],
    })
    return { id, next_scheduled_at: nextAt }
  }),

  route('GET', '/v1/agents/{agent_id}/schedule', 'read', async ({ params, query, context }) => {
    const { id } = await context.agents.find(params.agent_id)
    const all = await schedulesOf(context, id)
    const walk = query.walk({ order: 'desc', limit: 50 })
    const page = pageOfIds(all, (one) => one.id, { ...walk, limit: walk.limit + 1 })
    return {
      scheduled_messages: page.slice(0, walk.limit).map(presentSchedule),
      has_next_page: page.length > walk.limit,
    }
  }),

  route(
    'GET',
    '/v1/agents/{agent_id}/schedule/{scheduled_message_id}',
    'read',
    async ({ params, context }) =>
      presentSchedule(await findSchedule(context, params.agent_id, params.scheduled_message_id)),
  ),

  route(
    'DELETE',
    '/v1/agents/{agent_id}/schedule/{scheduled_message_id}',
    'write',
    async ({ params, context }) => {
      const { agent_id, scheduled_message_id } = params
      const { id } = await findSchedule(context, agent_id, scheduled_message_id)
      await context.schedules.delete(id)
      return { success: true }
    },
  ),
]

/** Oldest first. A client of one agent has no schedules. */
async function schedulesOf(
  { pinnedTo, schedules }: McpContext,
  agent: string,
): Promise<readonly Schedule[]> {
  if (pinnedTo !== undefined) return []
  return (await allOf((page) => schedules.list({ ...page, agent }))).toReversed()
}

async function findSchedule(context: McpContext, agent: string, id: string): Promise<Schedule> {
  const owner = await context.agents.find(agent)
  const schedule = await context.schedules.get(id)
  if (schedule.agentId === owner.id) return schedule
  throw new UserError('not_found', `The agent has no scheduled message ${id}.`)
}

function messageOf(messages: z.infer<typeof scheduleBody>['messages']): string {
  const [message] = messages
  if (message === undefined || messages.length > 1) {
    throw new UserError(
      'invalid_argument',
      `One message is sent at a time that is set, and ${messages.length} were given. Schedule each by itself.`,
    )
  }
  const { text, images } = readContent(message.content, 'messages[0]')
  if (images.length === 0) return text
  throw new UserError(
    'invalid_argument',
    'A message at a time that is set has no pictures. Leave them out.',
  )
}

function timeOf(at: number | undefined): string {
  const time = new Date(at === undefined || at >= LEAST_MILLISECONDS ? (at ?? NaN) : at * 1_000)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new UserError(
    'invalid_argument',
    'When it is to be sent is missing: give schedule.scheduled_at in milliseconds since 1970, or schedule.cron_expression.',
  )
}

function presentSchedule({ id, agentId, message, cron, nextAt, lastAt }: Schedule) {
  return {
    id,
    agent_id: agentId,
    message: { messages: [{ role: 'user', content: message, type: 'message' }] },
    next_scheduled_time: nextAt,
    schedule:
      cron === null
        ? { type: 'one-time', scheduled_at: Date.parse(nextAt ?? lastAt ?? '') || 0 }
        : { type: 'recurring', cron_expression: cron },
  }
}
