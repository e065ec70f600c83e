import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { readArguments } from '../../core/read-arguments.ts'
import { defineTool } from '../call/define-tool.ts'
import { presentTrial } from '../present/present-tool.ts'
import { agent } from '../present/schema.ts'
import { answer, cut } from '../present/shapes.ts'
import { language, seconds, source, tool } from '../present/tool-schema.ts'
import { toolTrialShape } from '../present/tool-shapes.ts'

export const runTool = defineTool({
  name: 'run_tool',
  title: 'Try a tool of agents',
  description:
    'Runs a stored tool or a source once, in its sandbox, and shows result, output and what it would change in the ' +
    'memory of agent. Nothing is stored or sent unless commit is true.',
  input: z.strictObject({
    tool: tool.optional(),
    source: source.optional(),
    language,
    arguments: text(LIMITS.toolArguments).describe('A JSON object as text').optional(),
    agent: agent.describe('The agent whose state it sees').optional(),
    commit: z.boolean().default(false),
    timeout_seconds: seconds,
  }),
  output: answer({ ...toolTrialShape, ...cut }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  pinned: false,
  async run({ timeout_seconds, arguments: written, ...trial }, context, { caller, signal }) {
    const args = written === undefined ? {} : readArguments(written)
    const request = { ...trial, arguments: args, timeoutSeconds: timeout_seconds }
    return presentTrial(await context.tools.run(request, caller, signal))
  },
})
