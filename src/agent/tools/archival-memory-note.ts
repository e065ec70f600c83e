import { z } from 'zod'
import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { readId } from '../../core/ids.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { chooseSimilar, findSimilar } from '../../memory/find-similar.ts'
import { insertPassages, preparePassages } from '../../memory/insert-passages.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { tellSimilar } from './tell-similar.ts'

/** Tag of passages that a model wrote about what others had said. */
const DERIVED = 'derived'

export const archivalMemoryNote = defineInnerTool({
  name: 'archival_memory_note',
  effect: 'database',
  parameters: {
    content: z.string(),
    kind: text(LIMITS.tag),
    message_id: filled(),
    supersedes: filled().optional(),
  },
  async prepare({ content, kind, message_id, supersedes }, { store, agent, now }) {
    const source = readId('message', message_id)
    if (source === undefined) throw noSuchMessage(message_id)
    // The kind is a part of the text, so that a search for it finds the note.
    const options = { tags: [DERIVED, kind], source }
    const passages = preparePassages([`${kind}: ${content}`], options, now)
    return { passages, source, supersedes, similar: await findSimilar(store, agent, passages) }
  },
  async apply(tx, { passages, source, supersedes, similar }, { agent, now }) {
    const owner = (await tx.companions.ownerOf(agent.id)) ?? agent.id
    const [message] = (await tx.messages.around(owner, source, 0)) ?? []
    const [note] = passages
    if (!message || !note) throw noSuchMessage(source)
    // True when it was said, not when it was noted.
    const dated = [{ ...note, createdAt: message.createdAt }]
    const inserted = await insertPassages(tx, agent, dated, { supersedes }, toTimestamp(now))
    const [stored] = inserted
    const done = stored?.duplicate ? `Noted already, as ${stored.id}.` : `Noted as ${stored?.id}.`
    const replaced = supersedes === undefined ? [] : [`It takes the place of ${supersedes}.`]
    return [done, ...replaced, ...tellSimilar(chooseSimilar(similar, inserted, supersedes))].join(
      ' ',
    )
  },
})

function noSuchMessage(id: string): UserError {
  return new UserError(
    'not_found',
    `There is no message ${id}; nothing was noted. Give the id that stands before the message.`,
  )
}
