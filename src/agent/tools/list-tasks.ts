import { excerpt } from '../../core/text.ts'
import { defineInnerTool } from './define-inner-tool.ts'

/** Chosen by hand. */
const MAX_TASKS = 20
/** Characters shown of an instruction. Chosen by hand. */
const INSTRUCTION_CHARACTERS = 200

export const listTasks = defineInnerTool({
  name: 'list_tasks',
  effect: 'readonly',
  parameters: {},
  async run(_args, { store, agent }) {
    const tasks = await store.runs.tasksOf(agent.id, MAX_TASKS)
    const shown = tasks.map(({ id, status, input, createdAt }) => ({
      task_id: id,
      status,
      instruction: excerpt(input, INSTRUCTION_CHARACTERS),
      created_at: createdAt,
    }))
    return JSON.stringify({ tasks: shown })
  },
})
