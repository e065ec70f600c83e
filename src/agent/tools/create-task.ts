import { z } from 'zod'
import type { Agent } from '../../core/agent.ts'
import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { excerpt } from '../../core/text.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { beginRun, callingRun, checkRoomInTree } from './begin-run.ts'
import { defineInnerTool } from './define-inner-tool.ts'

/** Characters of the instruction in the title of the task's conversation. Chosen by hand. */
const TITLE_CHARACTERS = 80
/** Tag of the agents that answer with another model, one for each agent and model. */
const DELEGATE_TAG = 'delegate'

export const createTask = defineInnerTool({
  name: 'create_task',
  effect: 'database',
  parameters: {
    instruction: text(LIMITS.message),
    agent: filled().optional(),
    model: filled().optional(),
    wake: z.boolean().default(false),
  },
  prepare: (args) => ({ ...args, instruction: checkMessage(args.instruction) }),
  async apply(tx, { instruction, agent, model, wake }, context) {
    if (agent !== undefined && model !== undefined) {
      throw new UserError(
        'invalid_argument',
        'No task was created: give an agent or a model, not both.',
      )
    }
    const at = toTimestamp(context.now)
    const parent = await callingRun(tx, context)
    const self = await findAgent(tx.agents, parent.agentId)
    const target =
      agent !== undefined
        ? await findAgent(tx.agents, agent)
        : model !== undefined
          ? await delegateOf(tx, self, model, at)
          : self
    await checkRoomInTree(tx, parent, 1)
    // A conversation of its own: the task goes on beside whatever else the agent does.
    const conversation = {
      id: deriveId('conv', context.callId),
      agentId: target.id,
      title: excerpt(instruction, TITLE_CHARACTERS),
      createdAt: at,
    }
    await tx.conversations.insert(conversation)
    const notice = wake ? 'wake' : 'tell'
    const place = { agent: target, conversation: conversation.id }
    const beginning = { target: place, text: instruction, begun: 'task', notice } as const
    const { id } = await beginRun(tx, context, parent, beginning, at)
    return JSON.stringify({ task_id: id, agent: target.name, status: 'queued' })
  },
})

/** The agent without memory and tools that answers for that model. */
async function delegateOf(
  tx: Transaction,
  owner: Agent,
  model: string,
  at: Timestamp,
): Promise<Agent> {
  const id = deriveId('agent', DELEGATE_TAG, owner.id, model)
  const known = await tx.agents.get(id)
  if (known) return known
  const delegate: Agent = {
    ...owner,
    id,
    name: excerpt(`${owner.name}: ${model}`, LIMITS.name),
    description: `Answers tasks of ${owner.name} with the model ${model}, without a memory of its own.`,
    agentType: 'letta_v1_agent',
    model,
    system: PROMPTS['system-delegate'].trim(),
    tags: [DELEGATE_TAG],
    tools: [],
    toolRules: [],
    createdAt: at,
    updatedAt: at,
  }
  await tx.agents.insert(delegate)
  return delegate
}
