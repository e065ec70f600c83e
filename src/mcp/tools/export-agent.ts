import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { pieceOf } from '../present/fit.ts'
import { agent, offset, reference } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const exportAgent = defineTool({
  name: 'export_agent',
  title: 'Export an agent',
  description:
    'Reads a whole agent as the text of a JSON file: settings, memory blocks with their history, messages, archives. It ' +
    'comes in pages of one moment, however the agent goes on: repeat the call with export_id and next_offset until ' +
    'there is none, and join the texts.',
  input: z.strictObject({
    agent: agent.describe('Id or exact name of the agent, or id of a group with all its agents'),
    export_id: reference.describe('From the first page; absent: begin').optional(),
    offset,
  }),
  output: answer({ export_id: z.string(), text: z.string(), chars: z.int(), next_offset: z.int() }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    if (args.offset !== undefined && args.offset > 0 && args.export_id === undefined) {
      throw new UserError(
        'invalid_argument',
        'An offset means nothing without export_id: another export may be another text. Give the export_id of the page before, or leave out offset to begin.',
      )
    }
    const { id, text: whole } = await context.transfer.export(args.agent, args.export_id)
    const { text, chars, nextOffset } = pieceOf(whole, args.offset)
    const rest = nextOffset !== undefined && { export_id: id, next_offset: nextOffset }
    return { text, chars, ...rest }
  },
})
