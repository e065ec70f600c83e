import { z } from 'zod'
import { askForApproval, passOnApproval } from '../approval-by-person.ts'
import type { McpContext } from '../context.ts'
import { defineTool } from '../define-tool.ts'
import type { Person } from '../person.ts'
import { presentRun } from '../present-run.ts'
import { agent, nonEmpty, waitSeconds } from '../schema.ts'
import { runShape } from '../shapes.ts'
import { waitForRun } from '../wait-for-run.ts'

export const sendMessage = defineTool({
  name: 'send_message',
  title: 'Send a message to an agent',
  description:
    'Gives an agent a message and waits for its reply. The agent reads its memory, may search and edit it over ' +
    'several steps, and answers in `reply`. If it is not done after wait_seconds, it goes on by itself: call get_run. ' +
    'Messages to one agent are worked on in order.',
  input: z.strictObject({
    agent,
    message: nonEmpty,
    wait_seconds: waitSeconds(45),
    idempotency_key: z
      .string()
      .describe('The same key always answers with the same run: makes retries safe')
      .optional(),
    max_steps: z.int().min(1).describe('Most model calls, 50 if absent').optional(),
    include_steps: z
      .boolean()
      .default(false)
      .describe('Add messages[]: its reasoning, tool calls and their results'),
  }),
  output: runShape,
  scope: 'chat',
  annotations: {
    readOnlyHint: false,
    // Nothing is lost by it: what the agent changes in its memory stays in the history of its blocks.
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  async run(args, context, call) {
    const begun = await begin(args, context, call.person)
    const waited = begun.isClosed
      ? begun.view
      : await waitForRun(begun.view, args.wait_seconds, context, call)
    if (!begun.isClosed) askForApproval(waited, call.person)
    const messages = args.include_steps ? await context.runs.messages(waited.run.id) : undefined
    return presentRun(waited, messages)
  },
  failure({ status, error, run_id }) {
    if (status !== 'failed') return undefined
    const sentences = [error?.message, error?.hint].filter(
      (text) => text !== undefined && text !== '',
    )
    return `${sentences.join(' ')} (run_id: ${run_id})`
  },
})

interface Sending {
  readonly agent: string
  readonly message: string
  readonly idempotency_key?: string | undefined
  readonly max_steps?: number | undefined
}

/** Sends the message; if this call brings the person's answer to a question of the last, hands that on instead. */
async function begin(args: Sending, context: McpContext, person: Person | undefined) {
  if (person?.resumed === undefined) {
    const view = await context.runs.send({
      agent: args.agent,
      text: args.message,
      idempotencyKey: args.idempotency_key,
      maxSteps: args.max_steps,
    })
    return { view, isClosed: false }
  }
  const view = await passOnApproval(person.resumed, context, person)
  if (view) return { view, isClosed: false }
  return { view: await context.runs.get(person.resumed), isClosed: true }
}
