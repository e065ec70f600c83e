import { z } from 'zod'
import { RUN_STATUSES } from '../../core/run.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { presentShortRun } from '../present/present-run.ts'
import { shortRunShape } from '../present/run-shapes.ts'
import { agent, cursor, limit, reference } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'

export const listRuns = defineTool({
  name: 'list_runs',
  title: 'List runs',
  description:
    'Lists runs, newest first: what became of messages to agents. Use it to see what is at work, waits or failed; ' +
    'get_run shows one in full.',
  input: z.strictObject({
    agent: agent.optional(),
    status: z.enum(RUN_STATUSES).optional(),
    parent_run_id: reference.describe('Only runs that this run began').optional(),
    limit: limit(10),
    cursor,
  }),
  output: answer({ runs: z.array(shortRunShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'runs',
  async run({ parent_run_id: parentRunId, ...args }, context) {
    const page = await context.runs.list({ ...args, parentRunId })
    return { runs: page.items.map(presentShortRun), ...presentCursor(page) }
  },
})
