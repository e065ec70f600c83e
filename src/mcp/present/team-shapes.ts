import { z } from 'zod'
import type { GroupView } from '../../core/group.ts'
import type { Schedule } from '../../core/schedule.ts'
import { reference } from './schema.ts'

/* Groups and schedules, as parameters and in answers. */

const text = z.string()

export const groupId = reference.describe('group_id from list_groups')
export const scheduleId = reference.describe('schedule_id from list_schedules')

const member = z.strictObject({ agent_id: text, name: text })

export const groupShape = z.strictObject({
  group_id: text,
  name: text,
  kind: z.literal('supervisor'),
  manager: member,
  members: z.array(member),
  max_turns: z.int(),
  created_at: text,
})

export const scheduleShape = z.strictObject({
  schedule_id: text,
  agent_id: text,
  message: text,
  cron: text.optional(),
  timezone: text,
  /** Absent: it is over. */
  next_at: text.optional(),
  last_at: text.optional(),
  last_run_id: text.optional(),
  /** Why the last message was not sent. */
  problem: text.optional(),
  created_at: text,
})

export function presentGroup({ group, manager, members }: GroupView): z.infer<typeof groupShape> {
  return {
    group_id: group.id,
    name: group.name,
    kind: 'supervisor',
    manager: { agent_id: group.managerId, name: manager },
    members: members.map(({ id, name }) => ({ agent_id: id, name })),
    max_turns: group.maxTurns,
    created_at: group.createdAt,
  }
}

export function presentSchedule(schedule: Schedule): z.infer<typeof scheduleShape> {
  const { cron, nextAt, lastAt, lastRunId, error } = schedule
  return {
    schedule_id: schedule.id,
    agent_id: schedule.agentId,
    message: schedule.message,
    ...(cron !== null && { cron }),
    timezone: schedule.timezone,
    ...(nextAt !== null && { next_at: nextAt }),
    ...(lastAt !== null && { last_at: lastAt }),
    ...(lastRunId !== null && { last_run_id: lastRunId }),
    ...(error !== null && { problem: error }),
    created_at: schedule.createdAt,
  }
}
