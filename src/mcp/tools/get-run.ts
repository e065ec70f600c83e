import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { waitForRun } from '../call/wait-for-run.ts'
import { presentRun } from '../present/present-run.ts'
import { runShape } from '../present/run-shapes.ts'
import { reference, runId, waitSeconds } from '../present/schema.ts'

export const getRun = defineTool({
  name: 'get_run',
  title: 'Get a run',
  description:
    'Shows how far an agent is with a message, and its reply. Use it after send_message came back before the agent ' +
    'was done; wait_seconds lets it wait for the end.',
  input: z.strictObject({
    run_id: runId,
    wait_seconds: waitSeconds(0),
    include_steps: z
      .boolean()
      .default(false)
      .describe('Add messages[] and timeline[], as in send_message'),
    after: reference.describe('Id of a message: only messages[] after it').optional(),
  }),
  output: runShape,
  scope: 'read',
  annotations: READS,
  async run(args, context, call) {
    const found = await context.runs.get(args.run_id)
    const view = await waitForRun(found, args.wait_seconds, context, call)
    if (!args.include_steps) return presentRun(view)
    const messages = await context.runs.messages(view.run.id)
    const rest = messages.slice(messages.findIndex(({ id }) => id === args.after) + 1)
    const steps = args.after === undefined ? await context.runs.timeline(view.run.id) : undefined
    return presentRun(view, rest, steps)
  },
})
