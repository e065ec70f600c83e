import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { presentRun } from '../present/present-run.ts'
import { runId } from '../present/schema.ts'
import { runShape } from '../present/shapes.ts'

export const cancelRun = defineTool({
  name: 'cancel_run',
  title: 'Cancel a run',
  description:
    'Stops an agent that works on a message. What it has already said and written to memory stays.',
  input: z.strictObject({ run_id: runId }),
  output: runShape,
  scope: 'chat',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run(args, context) {
    return presentRun(await context.runs.cancel(args.run_id))
  },
})
