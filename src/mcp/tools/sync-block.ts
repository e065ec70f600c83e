import { z } from 'zod'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { readArguments } from '../../core/read-arguments.ts'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import { presentJob } from '../present/present-job.ts'
import { jobShape } from '../present/run-shapes.ts'
import { agent, label } from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

/** A month. Chosen by hand. */
const MAX_MINUTES = 44_640

export const syncBlock = defineTool({
  name: 'sync_block',
  title: 'Keep a memory block in step with an outside system',
  description:
    'Fills a memory block of the agent from an https address or from one of its tools, now and again and again. The ' +
    'text is cut to the limit of the block. A version is made only when it has changed; an edit of the block stays ' +
    'until then. list_jobs with kind sync_block shows when each block is looked at next, and why a look failed.',
  input: z.strictObject({
    agent,
    label,
    url: filled(LIMITS.query).describe('An https address').optional(),
    tool: filled(LIMITS.name).describe('Id or exact name of a tool of the agent').optional(),
    arguments: text(LIMITS.toolArguments)
      .describe('For the tool: a JSON object as text')
      .optional(),
    every_minutes: z.int().min(0).max(MAX_MINUTES).describe('0: no more'),
  }),
  output: answer({ block: blockShape, job: jobShape.optional() }),
  scope: 'write',
  annotations: { ...OVERWRITES, openWorldHint: true },
  pinned: false,
  async run({ every_minutes: everyMinutes, arguments: written, ...request }, context) {
    const args = written === undefined ? undefined : readArguments(written)
    const { block, job } = await context.syncs.sync({ ...request, arguments: args, everyMinutes })
    return { block: presentBlock(block), ...(job && { job: presentJob(job) }) }
  },
})
