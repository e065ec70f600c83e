import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { requireConfirmation } from '../client/confirm.ts'
import { confirm } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'
import { groupId } from '../present/team-shapes.ts'

export const deleteGroup = defineTool({
  name: 'delete_group',
  title: 'Delete a group of agents',
  description: 'Deletes a group with its conversation, for good. Its agents stay.',
  input: z.strictObject({ group_id: groupId, confirm }),
  output: answer({ deleted: z.boolean(), group_id: z.string() }),
  scope: 'admin',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  pinned: false,
  async run({ group_id, confirm }, context, { person }) {
    await requireConfirmation(
      { confirm, person },
      {
        refusal: 'Nothing was deleted: this removes the group and its conversation for good.',
        find: async () => (await context.groups.get(group_id)).group,
        question: (name) => `Delete the group ${name} with its conversation?`,
      },
    )
    return { deleted: true, group_id: await context.groups.delete(group_id) }
  },
})
