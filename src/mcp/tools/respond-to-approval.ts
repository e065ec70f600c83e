import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool } from '../call/define-tool.ts'
import { presentRun } from '../present/present-run.ts'
import { runShape } from '../present/run-shapes.ts'
import { reference, runId } from '../present/schema.ts'

export const respondToApproval = defineTool({
  name: 'respond_to_approval',
  title: 'Approve or deny a call',
  description:
    'Answers for a call that an agent may make only with approval: its run has status `requires_approval` and lists the ' +
    'call in `pending_approvals`. Ask the person first. Denied, the agent is told the reason; the run goes on either way.',
  input: z.strictObject({
    run_id: runId,
    tool_call_id: reference.describe('Needed if several calls wait').optional(),
    approve: z.boolean(),
    reason: text(LIMITS.description).describe('Told to the agent if you deny').optional(),
  }),
  output: runShape,
  scope: 'chat',
  annotations: {
    readOnlyHint: false,
    // The approved tool may do anything.
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
  async run({ run_id, tool_call_id, approve, reason }, context) {
    const answer = { callId: tool_call_id, approve, reason }
    return presentRun(await context.runs.respond(run_id, answer))
  },
})
