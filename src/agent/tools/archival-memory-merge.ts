import { z } from 'zod'
import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import { list, text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Passage } from '../../core/passage.ts'
import { insertPassages, preparePassages } from '../../memory/insert-passages.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import type { TrustedContext } from './inner-tool.ts'

/** Chosen by hand. */
const MAX_MERGED = 20

export const archivalMemoryMerge = defineInnerTool({
  name: 'archival_memory_merge',
  effect: 'database',
  parameters: {
    passage_ids: list(text(LIMITS.tag), MAX_MERGED).min(2),
    content: z.string(),
    tags: list(text(LIMITS.tag), LIMITS.tags).optional(),
  },
  prepare: (args) => args,
  async apply(tx, { passage_ids: ids, content, tags = [] }, context) {
    const old: Passage[] = []
    for (const id of new Set(ids)) old.push(await currentPassage(tx, id, context))
    const [first] = old
    if (!first || old.length < 2) throw new UserError('invalid_argument', TOO_FEW)
    if (old.some(({ archiveId }) => archiveId !== first.archiveId)) {
      throw new UserError(
        'invalid_argument',
        'The passages stand in different archives, so nothing was changed. Merge those of one archive.',
      )
    }
    const at = toTimestamp(context.now)
    const allTags = [...new Set([...old.flatMap((passage) => passage.tags), ...tags])]
    // The newest of them says since when this is true.
    const createdAt =
      old
        .map((passage) => passage.createdAt)
        .sort()
        .at(-1) ?? at
    const prepared = preparePassages(
      [content],
      { tags: allTags.slice(0, LIMITS.tags), createdAt },
      context.now,
    )
    const place = { archiveId: first.archiveId }
    const [stored] = await insertPassages(tx, context.agent, prepared, place, at)
    if (!stored) throw new Error('a passage was not inserted')
    for (const { id } of old) {
      if (id !== stored.id) await tx.passages.supersede(context.agent.id, id, stored.id, at)
    }
    return `Stored as ${stored.id}. It takes the place of ${old.map(({ id }) => id).join(', ')}.`
  },
})

const TOO_FEW = 'Give two or more different passages to put together; nothing was changed.'

async function currentPassage(
  tx: Transaction,
  id: string,
  { agent }: TrustedContext,
): Promise<Passage> {
  const passage = isId('passage', id) ? await tx.passages.find(id, agent.id) : undefined
  if (!passage) {
    throw new UserError(
      'not_found',
      `Archival memory has no passage ${id}; nothing was changed. Find its id by a search.`,
    )
  }
  if (passage.supersededBy === null) return passage
  throw new UserError(
    'conflict',
    `The passage ${id} was superseded by ${passage.supersededBy} already; nothing was changed.`,
  )
}
