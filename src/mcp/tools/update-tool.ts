import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { presentStoredTool } from '../present/present-tool.ts'
import { expectedVersion, reason } from '../present/schema.ts'
import { answer, cut } from '../present/shapes.ts'
import { source, tool, toolFields, toToolFields } from '../present/tool-schema.ts'
import { toolShape } from '../present/tool-shapes.ts'

export const updateTool = defineTool({
  name: 'update_tool',
  title: 'Change a tool of agents',
  description:
    'Makes a new version of a tool; what is not given stays. If the source changes, or it may do more, each agent that ' +
    'has it needs approval again: by attach_tool, or at the next call.',
  input: z.strictObject({
    tool,
    source: source.optional(),
    ...toolFields,
    expected_version: expectedVersion,
    reason,
  }),
  output: answer({ tool: toolShape, ...cut }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    // Earlier versions stay.
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  pinned: false,
  async run({ tool, expected_version, reason, ...args }, context, { caller }) {
    const changes = { ...toToolFields(args), expectedVersion: expected_version, reason }
    return { tool: presentStoredTool(await context.tools.update(tool, changes, caller)) }
  },
})
