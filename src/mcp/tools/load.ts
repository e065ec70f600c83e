import { z } from 'zod'
import { LIMITS } from '../../core/limits.ts'
import { LOAD_TARGETS } from '../../core/load.ts'
import { defineTool } from '../call/define-tool.ts'
import { followJob } from '../call/follow-job.ts'
import { presentJob } from '../present/present-job.ts'
import { jobShape } from '../present/run-shapes.ts'
import { agent, nonEmpty } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const load = defineTool({
  name: 'load',
  title: 'Load documents',
  description:
    'Brings documents, conversations or notes from elsewhere into the memory of an agent, in the background. Give a ' +
    'text, a file, an https address, or a path that the server may read: a file (Markdown, text, HTML, PDF, Word, CSV, JSON, ' +
    'code, zip) or a folder. Loading the same again stores nothing twice, replaces what has changed and retires what ' +
    'is gone. Answers with a job; list_jobs shows how far it is and, at the end, what was taken and what was left out. With a progress token it tells so for up to 45 seconds.',
  input: z.strictObject({
    agent,
    text: nonEmpty().describe('The document itself').optional(),
    data: nonEmpty().describe('A file as base64, with its name in name').optional(),
    url: nonEmpty(LIMITS.query).describe('https address of a page or document').optional(),
    path: nonEmpty(LIMITS.query)
      .describe('Absolute path of a file or folder on the server')
      .optional(),
    into: z
      .enum(LOAD_TARGETS)
      .default('archive')
      .describe(
        'archive: passages to search; conversation: an export of chats, into recall memory; blocks: each file a memory block',
      ),
    name: nonEmpty(LIMITS.source)
      .describe('Source of the passages; default: name of the file or page')
      .optional(),
    watch: z
      .boolean()
      .default(false)
      .describe('Load the path again when it changes, until cancel_job'),
    dry_run: z.boolean().default(false).describe('Only tell what would be taken'),
  }),
  output: answer({ job: jobShape }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  async run({ dry_run, ...rest }, context, call) {
    const job = await context.load.begin({ ...rest, dryRun: dry_run })
    return { job: presentJob(await followJob(job, context, call)) }
  },
})
