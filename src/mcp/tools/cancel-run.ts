import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentRun } from '../present/present-run.ts'
import { runShape } from '../present/run-shapes.ts'
import { runId } from '../present/schema.ts'

export const cancelRun = defineTool({
  name: 'cancel_run',
  title: 'Cancel a run',
  description:
    'Stops an agent that works on a message. What it has already said and written to memory stays.',
  input: z.strictObject({ run_id: runId }),
  output: runShape,
  scope: 'chat',
  annotations: OVERWRITES,
  async run(args, context) {
    return presentRun(await context.runs.cancel(args.run_id))
  },
})
