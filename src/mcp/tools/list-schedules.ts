import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { agent, cursor, limit } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'
import { presentSchedule, scheduleId, scheduleShape } from '../present/team-shapes.ts'

export const listSchedules = defineTool({
  name: 'list_schedules',
  title: 'List schedules',
  description:
    'Messages that agents get at set times, newest first: when next, and what came of the last. Those that are over ' +
    'have no next_at.',
  input: z.strictObject({
    schedule_id: scheduleId.optional(),
    agent: agent.optional(),
    limit: limit(10),
    cursor,
  }),
  output: answer({ schedules: z.array(scheduleShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'schedules',
  pinned: false,
  async run({ schedule_id, ...filter }, context) {
    if (schedule_id !== undefined)
      return { schedules: [presentSchedule(await context.schedules.get(schedule_id))] }
    const page = await context.schedules.list(filter)
    return { schedules: page.items.map(presentSchedule), ...presentCursor(page) }
  },
})
