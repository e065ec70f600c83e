import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { requireConfirmation } from '../client/confirm.ts'
import { confirm } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'

export const deleteTool = defineTool({
  name: 'delete_tool',
  title: 'Delete a tool of agents',
  description: 'Deletes a tool with all its versions, for good, and takes it from every agent.',
  input: z.strictObject({ tool, confirm }),
  output: answer({ deleted: z.boolean(), tool_id: z.string() }),
  scope: 'admin',
  annotations: OVERWRITES,
  pinned: false,
  async run({ tool, confirm }, context, { person }) {
    await requireConfirmation(
      { confirm, person },
      {
        refusal: 'Nothing was deleted: this removes the tool with its history for good.',
        find: () => context.tools.get(tool),
        question: (name) => `Delete the tool ${name} with its history for good?`,
      },
    )
    return { deleted: true, tool_id: await context.tools.delete(tool) }
  },
})
