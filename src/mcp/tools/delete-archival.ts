import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { agent, reference } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const deleteArchival = defineTool({
  name: 'delete_archival',
  title: 'Delete an archival passage',
  description: "Deletes one passage of an agent's archival memory, for good.",
  input: z.strictObject({ agent, passage_id: reference.describe('From search_archival') }),
  output: answer({ deleted: z.boolean(), passage_id: z.string() }),
  scope: 'write',
  annotations: OVERWRITES,
  async run(args, context) {
    const passageId = await context.archival.delete(args.agent, args.passage_id)
    return { deleted: true, passage_id: passageId }
  },
})
