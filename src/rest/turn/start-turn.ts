import { createHash } from 'node:crypto'
import type { Caller } from '../../core/access.ts'
import type { ConversationId, RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { McpContext } from '../../service/context.ts'
import { RestError } from '../call/refusal.ts'
import type { Repeats } from '../call/repeats.ts'
import type { Turn } from '../read/turn.ts'

/** A conversation of an agent; without a conversation, the agent's own history. */
export interface Place {
  readonly agent: string
  readonly conversation?: ConversationId | undefined
}

/** The run of a turn, and how many of its messages the caller has had before. */
export interface Started {
  readonly runId: RunId
  readonly skip: number
}

export interface Sender {
  readonly caller: Caller
  /** How often the client sent this request before. */
  readonly retries: number
  readonly body: unknown
}

/** Runs of a conversation that are open at once; more wait in the queue. Chosen by hand. */
const MAX_OPEN = 100
/** A client gives up after three requests of a minute each; with some to spare. Chosen by hand. */
const REPEAT_MILLISECONDS = 600_000
/** Recent runs among which that of a repeated request is looked for. Chosen by hand. */
const RECENT = 20

/**
 * Sends the messages of a turn, or answers the calls that wait. A request that the client sends again joins its run.
 * Throws a RestError while a call waits for an answer.
 */
export async function startTurn(
  context: McpContext,
  place: Place,
  turn: Turn,
  sender: Sender,
  repeats: Repeats,
): Promise<Started> {
  const { id: agent } = await context.agents.find(place.agent)
  const waiting = await waitingRun(context, { ...place, agent })
  if (turn.kind === 'decision') return decide(context, waiting, turn.decisions)
  const key = digest([
    context.namespace,
    sender.caller.name,
    agent,
    place.conversation,
    sender.body,
  ])
  const known =
    sender.retries > 0 ? await earlier(context, { ...place, agent }, turn, key, repeats) : undefined
  if (known !== undefined) return { runId: known, skip: 0 }
  if (waiting && turn.otid === undefined) throw pending(waiting)
  const last = turn.inputs.at(-1)
  const isPlain = turn.inputs.length === 1 && last?.role === 'user'
  const { run } = await context.runs.send({
    agent,
    conversation: place.conversation,
    text: last?.text ?? '',
    ...(!isPlain && { inputs: turn.inputs }),
    clientTools: turn.clientTools,
    maxSteps: turn.maxSteps,
    ...(turn.otid !== undefined && { idempotencyKey: `otid ${turn.otid}` }),
    scopes: [...sender.caller.scopes],
    isWatched: turn.view.tokens,
  })
  repeats.remember(key, run.id)
  return { runId: run.id, skip: 0 }
}

/** The run of the conversation that waits for an approval or a result. */
export async function waitingRun(
  { runs }: McpContext,
  { agent, conversation }: Place,
): Promise<Run | undefined> {
  const open = await runs.walk({ agent, isOpen: true, order: 'asc', limit: MAX_OPEN })
  const isOf = (run: Run) =>
    conversation === undefined
      ? run.conversationId.slice('conv-'.length) === run.agentId.slice('agent-'.length)
      : run.conversationId === conversation
  return open.find((run) => run.status === 'requires_approval' && isOf(run))
}

async function decide(
  { runs }: McpContext,
  waiting: Run | undefined,
  decisions: Extract<Turn, { kind: 'decision' }>['decisions'],
): Promise<Started> {
  if (!waiting) {
    throw new RestError(400, { detail: 'Nothing waits for an approval or a result here.' })
  }
  const { pendingApprovals } = await runs.get(waiting.id)
  const ids = pendingApprovals.map(({ callId }) => callId)
  const answers = decisions.flatMap(({ callId, ...answer }) =>
    (callId === undefined ? ids : [callId]).map((id) => ({ callId: id, ...answer })),
  )
  const foreign = answers.find(({ callId }) => !ids.some((id) => id === callId))
  if (foreign) {
    throw new RestError(400, {
      detail: `No call ${foreign.callId} waits here; these do: ${ids.join(', ')}.`,
    })
  }
  const skip = (await runs.messages(waiting.id)).length
  for (const answer of answers) await runs.respond(waiting.id, answer)
  return { runId: waiting.id, skip }
}

function pending(run: Run): RestError {
  return new RestError(409, {
    detail: {
      code: 'PENDING_APPROVAL',
      message:
        'A call waits for an approval or a result. Answer it first, or cancel its run, and send again.',
      run_id: run.id,
    },
  })
}

/** The run of the same request sent before, by this process or another. */
async function earlier(
  { runs }: McpContext,
  { agent, conversation }: Place,
  turn: Extract<Turn, { kind: 'message' }>,
  key: string,
  repeats: Repeats,
): Promise<RunId | undefined> {
  const remembered = repeats.find(key)
  if (remembered !== undefined) return remembered
  const since = new Date(Date.now() - REPEAT_MILLISECONDS).toISOString()
  const recent = await runs.walk({ agent, order: 'desc', limit: RECENT })
  const text = turn.inputs.at(-1)?.text
  return recent.find(
    (run) =>
      run.input === text &&
      run.createdAt > since &&
      (conversation === undefined || run.conversationId === conversation),
  )?.id
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
