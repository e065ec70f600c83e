import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { answer } from '../present/shapes.ts'
import { scheduleId } from '../present/team-shapes.ts'

export const deleteSchedule = defineTool({
  name: 'delete_schedule',
  title: 'Delete a schedule',
  description: 'The agent gets the message no more. A run that it began goes on.',
  input: z.strictObject({ schedule_id: scheduleId }),
  output: answer({ deleted: z.boolean(), schedule_id: z.string() }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  pinned: false,
  async run({ schedule_id }, context) {
    return { deleted: true, schedule_id: await context.schedules.delete(schedule_id) }
  },
})
