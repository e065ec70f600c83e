import type { AgentView } from '../../core/agent-view.ts'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import { presentAgent } from '../present/agent.ts'
import { toolsOf } from './tools-of.ts'

/** The rehearsal answers where no model is configured. */
const NO_MODEL = 'offline/rehearsal'

/** Agents as Letta's clients read them, with their tools and the model that answers for those that name none. */
export async function agentStates(context: McpContext, views: readonly AgentView[]) {
  const defaultModel = views.every(({ agent }) => agent.model !== null)
    ? NO_MODEL
    : await defaultHandle(context)
  return Promise.all(
    views.map(async (view) =>
      presentAgent(view, { tools: await toolsOf(context, view.agent), defaultModel }),
    ),
  )
}

export async function agentState(context: McpContext, view: AgentView) {
  const [state] = await agentStates(context, [view])
  if (state === undefined) throw new Error('an agent has a state')
  return state
}

export async function defaultHandle({ models }: McpContext): Promise<string> {
  try {
    return (await models.describeDefault()).handle
  } catch (error) {
    if (error instanceof UserError) return NO_MODEL
    throw error
  }
}
