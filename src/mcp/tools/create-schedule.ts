import { z } from 'zod'
import { filled } from '../../core/filled.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool } from '../call/define-tool.ts'
import { agent, nonEmpty } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'
import { presentSchedule, scheduleShape } from '../present/team-shapes.ts'

export const createSchedule = defineTool({
  name: 'create_schedule',
  title: 'Message an agent at set times',
  description:
    'Sends an agent a message at a time, or again and again. What was missed while no server ran is sent once when ' +
    'one does. A time is left out while the run of the time before is not over.',
  input: z.strictObject({
    agent,
    message: nonEmpty(LIMITS.scheduledMessage),
    at: filled().describe('Once: ISO 8601 date and time').optional(),
    cron: filled(LIMITS.word)
      .describe('Again and again: minute hour day month weekday, like 0 9 * * 1-5')
      .optional(),
    timezone: filled(LIMITS.word)
      .describe("Like Europe/Berlin; the agent's own if absent")
      .optional(),
  }),
  output: answer({ schedule: scheduleShape }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  pinned: false,
  async run(given, context, { caller }) {
    const schedule = await context.schedules.create({ ...given, scopes: [...caller.scopes] })
    return { schedule: presentSchedule(schedule) }
  },
})
