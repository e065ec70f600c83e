import { filled } from '../../core/filled.ts'
import { spokenText } from '../../core/message.ts'
import { outcomeOf } from '../../teams/outcome.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { findTask } from './find-task.ts'

export const checkTask = defineInnerTool({
  name: 'check_task',
  effect: 'readonly',
  parameters: { task_id: filled() },
  async run({ task_id }, { store, agent }) {
    const task = await findTask(store, task_id, agent.id)
    const said = (await store.messages.ofRun(task.id))
      .filter((message) => message.role === 'assistant')
      .map(spokenText)
      .filter((words) => words !== '')
    const name = (await store.agents.get(task.agentId))?.name ?? task.agentId
    return JSON.stringify(outcomeOf(task, name, said.join('\n')))
  },
})
