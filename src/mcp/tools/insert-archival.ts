import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentSimilar } from '../present/present.ts'
import { agent, archiveId, nonEmpty, tags } from '../present/schema.ts'
import { answer, cut, similarShape } from '../present/shapes.ts'

const inserted = z.strictObject({ id: z.string(), created_at: z.string(), duplicate: z.boolean() })

export const insertArchival = defineTool({
  name: 'insert_archival',
  title: 'Insert into archival memory',
  description:
    "Stores passages in an agent's archival memory: unlimited, outside its context, found by search. Use it for detail, " +
    'documents and notes that need not always be in sight. Give text or texts. A passage that exists is not stored twice; ' +
    'older ones that say nearly the same or contradict it come back as similar.',
  input: z.strictObject({
    agent,
    text: nonEmpty().optional(),
    texts: z.array(nonEmpty()).max(LIMITS.passages).optional(),
    tags: tags.optional(),
    source: text(LIMITS.source)
      .describe('Name of the document or conversation they come from')
      .optional(),
    created_at: filled()
      .describe('ISO 8601 date or time when it was true; now if absent')
      .optional(),
    expires_at: filled()
      .describe('ISO 8601 date or time from which it is hidden; never if absent')
      .optional(),
    supersedes: filled()
      .describe('Id of the older passage that this text replaces; it is kept but hidden')
      .optional(),
    archive_id: archiveId.optional(),
  }),
  output: answer({
    passages: z.array(inserted),
    count: z.int(),
    similar: z.array(similarShape),
    ...cut,
  }),
  scope: 'write',
  annotations: SETS,
  async run({ agent, text, texts, created_at, expires_at, archive_id, ...options }, context) {
    const { passages, similar } = await context.archival.insert(agent, textsOf(text, texts), {
      ...options,
      createdAt: created_at,
      expiresAt: expires_at,
      archiveId: archive_id,
    })
    return {
      passages: passages.map(({ id, createdAt, duplicate }) => ({
        id,
        created_at: createdAt,
        duplicate,
      })),
      count: passages.length,
      similar: similar.map(presentSimilar),
    }
  },
})

function textsOf(text: string | undefined, texts: readonly string[] = []): readonly string[] {
  if (text !== undefined && texts.length === 0) return [text]
  if (text === undefined && texts.length > 0) return texts
  throw new UserError('invalid_argument', 'Give either text, or texts with 1 to 100 passages.')
}
