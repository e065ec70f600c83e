import { z } from 'zod'
import { text as limited, list } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const copyAgent = defineTool({
  name: 'copy_agent',
  title: 'Copy an agent',
  description:
    'Makes a new agent with the settings and blocks of another one, for example of a template (an agent tagged ' +
    'template, which is not messaged). Archival memory is not copied; attach_archive shares it.',
  input: z.strictObject({
    agent,
    name: limited(LIMITS.name).optional(),
    share_blocks: list(limited(LIMITS.label), LIMITS.blocks)
      .default([])
      .describe('Labels of blocks that both have from then on; the others are copied'),
    with_history: z.boolean().default(false).describe('With its conversation'),
  }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: ADDS,
  pinned: false,
  async run({ agent, name, share_blocks, with_history }, context) {
    const options = { name, shareBlocks: share_blocks, withHistory: with_history }
    return { agent: presentAgent(await context.agents.copy(agent, options)) }
  },
})
