import { toTimestamp } from '../../core/clock.ts'
import { filled } from '../../core/filled.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { findTask } from './find-task.ts'

export const cancelTask = defineInnerTool({
  name: 'cancel_task',
  effect: 'database',
  parameters: { task_id: filled() },
  prepare: ({ task_id }) => task_id,
  async apply(tx, id, { agent, now, team }) {
    const task = await findTask(tx, id, agent.id)
    if (task.completedAt !== null) return `The task has ended before: ${task.status}.`
    await team.cancel(tx, task.id, toTimestamp(now))
    return 'The task is being stopped.'
  },
})
