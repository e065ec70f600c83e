import { z } from 'zod'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentArchive } from '../present/present.ts'
import { agent, listedArchiveId } from '../present/schema.ts'
import { answer, archiveShape } from '../present/shapes.ts'

export const attachArchive = defineTool({
  name: 'attach_archive',
  title: 'Attach an archive',
  description:
    'Gives an agent an archive, which it then searches together with its others and shares with the agents that have it.',
  input: z.strictObject({
    agent,
    archive_id: listedArchiveId,
    is_default: z
      .boolean()
      .describe(
        'Its inserts go there; if absent, only those of an agent that has no archive for them yet',
      )
      .optional(),
  }),
  output: answer({ archive: archiveShape }),
  scope: 'write',
  annotations: SETS,
  // A client that is limited to one agent must not learn of other archives.
  pinned: false,
  async run({ agent, archive_id, is_default }, context) {
    const view = await context.archives.attach(agent, archive_id, is_default)
    return { archive: presentArchive(view) }
  },
})
