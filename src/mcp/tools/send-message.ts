import { z } from 'zod'
import { filled } from '../../core/filled.ts'
import { LIMITS } from '../../core/limits.ts'
import { MAX_PICTURES } from '../../core/picture.ts'
import type { RunView } from '../../core/run.ts'
import type { McpContext } from '../../service/context.ts'
import { defineTool, type ToolRequest } from '../call/define-tool.ts'
import { waitForRun } from '../call/wait-for-run.ts'
import { askForApproval, passOnApproval } from '../client/approval-by-person.ts'
import { askModel, bringAnswer } from '../client/client-model.ts'
import { type Round, readRound } from '../client/rounds.ts'
import { presentRun } from '../present/present-run.ts'
import { runShape } from '../present/run-shapes.ts'
import { agent, nonEmpty, waitSeconds } from '../present/schema.ts'

export const sendMessage = defineTool({
  name: 'send_message',
  title: 'Send a message to an agent',
  description:
    'Gives an agent a message and waits for its reply. The agent reads its memory, may search and edit it over ' +
    'several steps, and answers in `reply`. If it is not done after wait_seconds, it goes on by itself: call get_run. ' +
    'Messages to one agent are worked on in order.',
  input: z.strictObject({
    agent,
    message: nonEmpty(),
    images: z
      .array(z.string())
      .max(MAX_PICTURES)
      .describe('PNG, JPEG, WebP or GIF of at most 10 MB each, as data URLs or https addresses')
      .optional(),
    wait_seconds: waitSeconds(45),
    idempotency_key: filled(LIMITS.idempotencyKey)
      .describe('The same key always answers with the same run: makes retries safe')
      .optional(),
    max_steps: z
      .int()
      .min(1)
      .max(LIMITS.steps)
      .describe('Maximum model calls, 50 if absent')
      .optional(),
    include_steps: z
      .boolean()
      .default(false)
      .describe(
        'Add messages[], its reasoning, tool calls and results, and timeline[], its model calls',
      ),
  }),
  output: runShape,
  scope: 'chat',
  annotations: {
    readOnlyHint: false,
    // Not destructive: every edit of memory stays in the block's history.
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  async run(args, context, call) {
    const { view, round, problem, isClosed } = await begin(args, context, call)
    const waited = isClosed ? view : await waitForRun(view, args.wait_seconds, context, call)
    if (!isClosed) {
      askForApproval(waited, call.person, round)
      await askModel(waited, context, call.client, round)
    }
    const { id } = waited.run
    const shown = args.include_steps
      ? presentRun(waited, await context.runs.messages(id), await context.runs.timeline(id))
      : presentRun(waited)
    return problem === undefined
      ? shown
      : { ...shown, warnings: [problem, ...(shown.warnings ?? [])] }
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
  readonly images?: readonly string[] | undefined
  readonly wait_seconds: number
  readonly idempotency_key?: string | undefined
  readonly max_steps?: number | undefined
}

interface Begun {
  readonly view: RunView
  readonly round: Pick<Round, 'asked' | 'until'>
  /** The call ends with the run as it is. */
  readonly isClosed: boolean
  /** Why the client's answer was not used. */
  readonly problem?: string
}

/** Sends the message, or passes on the client's answer if this call brings one. */
async function begin(
  args: Sending,
  context: McpContext,
  {
    caller,
    client,
    person,
    wantsProgress,
  }: Pick<ToolRequest, 'caller' | 'client' | 'person' | 'wantsProgress'>,
): Promise<Begun> {
  if (client?.resumed === undefined) {
    const view = await context.runs.send({
      agent: args.agent,
      text: args.message,
      images: args.images,
      idempotencyKey: args.idempotency_key,
      maxSteps: args.max_steps,
      samples: client?.takes('sampling'),
      scopes: [...caller.scopes],
      isWatched: wantsProgress,
    })
    const until = Date.now() + args.wait_seconds * 1_000
    return { view, round: { asked: 0, until }, isClosed: false }
  }
  const round = readRound(client.resumed)
  if (round.ask !== undefined) {
    const brought = await bringAnswer(round.runId, round.ask, context, client)
    return { ...brought, round, isClosed: brought.problem !== undefined }
  }
  const view = person && (await passOnApproval(round.runId, context, person))
  if (view) return { view, round, isClosed: false }
  return { view: await context.runs.get(round.runId), round, isClosed: true }
}
