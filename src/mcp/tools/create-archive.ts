import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentArchive } from '../present/present.ts'
import { description, nonEmpty, reference } from '../present/schema.ts'
import { answer, archiveShape } from '../present/shapes.ts'

export const createArchive = defineTool({
  name: 'create_archive',
  title: 'Create an archive',
  description:
    'Creates an archive of passages to share with attach_archive. An archive of its own an agent gets by its first insert.',
  input: z.strictObject({
    name: nonEmpty(),
    description: description.describe('What is kept there').optional(),
    agent: reference.describe('Agent to attach it to, by id or exact name').optional(),
  }),
  output: answer({ archive: archiveShape }),
  scope: 'write',
  annotations: ADDS,
  async run(args, context) {
    return { archive: presentArchive(await context.archives.create(args)) }
  },
})
