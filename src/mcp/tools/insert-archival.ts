import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { defineTool } from '../define-tool.ts'
import { agent, nonEmpty, tags } from '../schema.ts'
import { answer } from '../shapes.ts'

const inserted = z.strictObject({ id: z.string(), created_at: z.string(), duplicate: z.boolean() })

export const insertArchival = defineTool({
  name: 'insert_archival',
  title: 'Insert into archival memory',
  description:
    "Stores passages in an agent's archival memory: unlimited, outside its context, found by search. Use it for detail, " +
    'documents and notes that need not always be in sight. Give text or texts. A passage that exists is not stored twice.',
  input: z.strictObject({
    agent,
    text: nonEmpty.optional(),
    texts: z.array(nonEmpty).max(100).optional(),
    tags: tags.optional(),
    source: z.string().describe('Name of the document or conversation they come from').optional(),
    created_at: z
      .string()
      .describe('ISO 8601 date or time when it was true; now if absent')
      .optional(),
  }),
  output: answer({ passages: z.array(inserted), count: z.int() }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run({ agent, text, texts, tags, source, created_at }, context) {
    const passages = await context.archival.insert(agent, textsOf(text, texts), {
      tags,
      source,
      createdAt: created_at,
    })
    return {
      passages: passages.map(({ id, createdAt, duplicate }) => ({
        id,
        created_at: createdAt,
        duplicate,
      })),
      count: passages.length,
    }
  },
})

function textsOf(text: string | undefined, texts: readonly string[] = []): readonly string[] {
  if (text !== undefined && texts.length === 0) return [text]
  if (text === undefined && texts.length > 0) return texts
  throw new UserError('invalid_argument', 'Give either text, or texts with 1 to 100 passages.')
}
