import { z } from 'zod'
import { AGENT_TYPES } from '../../core/agent.ts'
import { list } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import {
  blockDescription,
  blockLimit,
  blockValue,
  contextWindow,
  description,
  handle,
  innerTools,
  label,
  name,
  readOnly,
  reference,
  systemPrompt,
  tags,
} from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

const newBlock = z.strictObject({
  label,
  value: blockValue,
  description: blockDescription,
  limit: blockLimit,
  read_only: readOnly,
})

export const createAgent = defineTool({
  name: 'create_agent',
  title: 'Create an agent',
  description:
    'Creates an agent: an assistant of its own that keeps its memory across conversations and restarts. Use it for a ' +
    'new role, project or person to remember; list_agents shows the agents there are. Every argument has a default.',
  input: z.strictObject({
    name: name.describe('Made up if absent').optional(),
    description: description.describe('Purpose; shown to people, not to the agent').optional(),
    persona: blockValue
      .describe('Value of the block persona: who the agent is, how it speaks')
      .optional(),
    human: blockValue.describe('Value of the block human: what it knows of its user').optional(),
    blocks: list(newBlock, LIMITS.blocks).describe('Further memory blocks').optional(),
    block_ids: list(reference, LIMITS.ids)
      .describe('Ids of existing blocks to share with other agents')
      .optional(),
    model: handle.describe('provider/model; the server chooses if absent').optional(),
    embedding: handle
      .describe('provider/model that embeds its archive; the server chooses if absent')
      .optional(),
    context_window: contextWindow,
    agent_type: z
      .enum(AGENT_TYPES)
      .describe(
        'memgpt_agent (default) speaks by a tool and asks for each further step; letta_v1_agent works on until it answers in plain text',
      )
      .optional(),
    system: systemPrompt.describe('Replaces the default system prompt').optional(),
    tags: tags.optional(),
    tools: innerTools,
  }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: ADDS,
  async run({ blocks, block_ids, context_window, agent_type, ...args }, context, { caller }) {
    const fields = {
      ...args,
      blocks: blocks?.map(({ read_only, ...block }) => ({ ...block, readOnly: read_only })),
      blockIds: block_ids,
      contextWindow: context_window,
      agentType: agent_type,
    }
    const view = await context.agents.create(fields, caller)
    return { agent: presentAgent(view) }
  },
})
