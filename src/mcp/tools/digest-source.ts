import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool } from '../call/define-tool.ts'
import { presentJob } from '../present/present-job.ts'
import { jobShape } from '../present/run-shapes.ts'
import { agent, nonEmpty } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

/** Characters. Chosen by hand. */
const MAX_INSTRUCTION = 2_000

export const digestSource = defineTool({
  name: 'digest_source',
  title: 'Read a source page by page into a block',
  description:
    'Lets a reader with an empty context go through all passages of a source, page by page, and rewrite one memory block ' +
    'of the agent before it turns each page, in the background. For bodies of text that fit no context, such as ' +
    'thousands of reviews (load stores them). Answers with a job: list_jobs shows how far it is, cancel_job stops it, ' +
    'and the same call goes on after a stop.',
  input: z.strictObject({
    agent,
    source: nonEmpty(LIMITS.source).describe('Source of passages in its archival memory'),
    label: nonEmpty(LIMITS.label).describe('The block to write; created if there is none'),
    instruction: text(MAX_INSTRUCTION).describe('What to look for, and how to write it').optional(),
  }),
  output: answer({ job: jobShape }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  pinned: false,
  async run(args, context) {
    return { job: presentJob(await context.companions.digest(args)) }
  },
})
