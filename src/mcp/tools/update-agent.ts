import { z } from 'zod'
import { parseToolRule } from '../../core/tool-rule.ts'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import {
  agent,
  contextWindow,
  description,
  handle,
  innerTools,
  name,
  systemPrompt,
  tags,
  toolRules,
} from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const updateAgent = defineTool({
  name: 'update_agent',
  title: 'Change an agent',
  description:
    "Changes an agent's settings. What is not given stays; a list replaces the old one. For its memory use " +
    'write_memory_block.',
  input: z.strictObject({
    agent,
    name: name.optional(),
    description: description.optional(),
    model: handle.describe('provider/model; empty: the server chooses').optional(),
    embedding: handle
      .describe('provider/model; empty: the server chooses. Embeds its archive again')
      .optional(),
    context_window: contextWindow,
    system: systemPrompt.describe('System prompt; empty: that of its type').optional(),
    tags: tags.optional(),
    tools: innerTools,
    tool_rules: toolRules,
  }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: OVERWRITES,
  async run({ agent, context_window, tool_rules, ...changes }, context, { caller }) {
    const fields = {
      ...changes,
      contextWindow: context_window,
      toolRules: tool_rules?.map(parseToolRule),
    }
    const view = await context.agents.update(agent, fields, caller)
    return { agent: presentAgent(view) }
  },
})
