import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentArchive } from '../present/present.ts'
import { agent, listedArchiveId } from '../present/schema.ts'
import { answer, archiveShape } from '../present/shapes.ts'

export const detachArchive = defineTool({
  name: 'detach_archive',
  title: 'Detach an archive',
  description:
    'Takes an archive from one agent, which no longer finds what is in it. The archive is kept, and can be attached again. ' +
    "If the agent's inserts went there, its next insert makes a new archive.",
  input: z.strictObject({ agent, archive_id: listedArchiveId }),
  output: answer({ archive: archiveShape }),
  scope: 'write',
  annotations: OVERWRITES,
  async run(args, context) {
    return { archive: presentArchive(await context.archives.detach(args.agent, args.archive_id)) }
  },
})
