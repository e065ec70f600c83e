import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { isId, type RunId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { McpContext } from '../../service/context.ts'
import { RestError } from '../call/refusal.ts'
import { type Route, route } from '../call/route.ts'
import { presentMessage } from '../present/message.ts'
import { presentRun } from '../present/run.ts'
import { readBody } from '../read/body.ts'
import type { Query } from '../read/query.ts'
import { readTurn } from '../read/turn.ts'
import { answerLikeAsked } from '../turn/answer-like-asked.ts'
import { type Place, startTurn } from '../turn/start-turn.ts'
import { agentState } from './agent-state.ts'

const cancelBody = z.object({ run_ids: z.array(z.string()).optional() })

const messageSearch = z.object({
  query: z.string().optional(),
  agent_id: z.string().optional(),
  conversation_id: z.string().optional(),
  roles: z.array(z.enum(['user', 'assistant', 'tool', 'system'])).optional(),
  limit: z.number().int().min(1).max(100).optional(),
  start_date: z.string().optional(),
  end_date: z.string().optional(),
})

const RESET_TEXT = { add_default_initial_messages: z.boolean().optional() }
/** Agents that a search without an agent looks through, newest first. Chosen by hand. */
const AGENTS_SEARCHED = 50
/** Open runs that one request cancels at most; chosen by hand. */
const MAX_CANCELLED = 100

export const messageRoutes: readonly Route[] = [
  route('GET', '/v1/agents/{agent_id}/messages', 'read', async ({ params, query, context }) =>
    listMessages(context, { agent: params.agent_id }, query),
  ),

  route('POST', '/v1/agents/{agent_id}/messages', 'chat', async (call) => {
    const turn = readTurn(call.body)
    const place = { agent: call.params.agent_id }
    return answerLikeAsked(call, place, turn, turn.view.streaming ?? false)
  }),

  route('POST', '/v1/agents/{agent_id}/messages/stream', 'chat', async (call) =>
    answerLikeAsked(call, { agent: call.params.agent_id }, readTurn(call.body), true),
  ),

  route('POST', '/v1/agents/{agent_id}/messages/async', 'chat', async (call) => {
    const { params, body, context } = call
    const turn = readTurn(body)
    const { runId } = await startTurn(context, { agent: params.agent_id }, turn, call, call.repeats)
    return presentRun((await context.runs.get(runId)).run)
  }),

  route(
    'POST',
    '/v1/agents/{agent_id}/messages/cancel',
    'chat',
    async ({ params, body, context }) => {
      const { run_ids } = readBody(cancelBody, body)
      return cancelRuns(context, params.agent_id, run_ids)
    },
  ),

  route(
    'PATCH',
    '/v1/agents/{agent_id}/reset-messages',
    'admin',
    async ({ params, body, context }) => {
      readBody(z.object(RESET_TEXT), body)
      await context.agents.resetMessages(params.agent_id)
      return agentState(context, await context.agents.get(params.agent_id))
    },
  ),

  route('GET', '/v1/messages', 'read', async ({ query, context }) =>
    listMessages(context, {}, query),
  ),

  route('GET', '/v1/messages/{message_id}', 'read', async ({ params, context }) =>
    presentPlain(await context.recall.get(params.message_id)),
  ),

  route('POST', '/v1/messages/search', 'read', async ({ body, context }) => {
    const {
      agent_id,
      limit = 10,
      start_date,
      end_date,
      query,
      roles,
    } = readBody(messageSearch, body)
    const agents =
      agent_id === undefined
        ? await context.agents.walk({ order: 'desc', limit: AGENTS_SEARCHED })
        : [await context.agents.get(agent_id)]
    const filter = { query, roles, after: start_date, before: end_date, limit }
    const pages = await Promise.all(
      agents.map(({ agent }) => context.recall.search(agent.id, filter)),
    )
    return pages
      .flatMap(({ items }) => items)
      .toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))
      .slice(0, limit)
      .map(({ item, score }) => presentHit(item, score ?? 0))
  }),
]

/**
 * Messages, oldest first whatever the order: Letta's `desc` gives the newest, and its `after` and `before` are those of
 * time.
 */
export async function listMessages(
  context: McpContext,
  place: Partial<Place>,
  query: Query,
): Promise<readonly object[]> {
  const { order, after, before, limit } = query.walk({ order: 'desc', limit: 100 })
  const isNewest = order === 'desc' && after === undefined && before === undefined
  const cursors = { after, before, limit }
  const found = await context.recall.walk({
    ...place,
    ...cursors,
    order: isNewest ? 'desc' : 'asc',
  })
  const messages = isNewest ? found.toReversed() : found
  const pending = await pendingCalls(context, messages)
  const speaksAsMessage = query.flag('use_assistant_message') ?? true
  return messages.flatMap((message) => presentMessage(message, { speaksAsMessage, pending }))
}

/** Ids of the calls that wait in the newest of these runs; earlier ones are over. */
async function pendingCalls(
  { runs }: McpContext,
  messages: readonly Message[],
): Promise<ReadonlySet<string>> {
  const newest = new Map(messages.map((message) => [message.conversationId, message.runId]))
  const views = await Promise.all(
    [...newest.values()].map((runId) =>
      runId === null ? undefined : runs.get(runId).catch(() => undefined),
    ),
  )
  return new Set(views.flatMap((view) => view?.pendingApprovals.map(({ callId }) => callId) ?? []))
}

/** Cancels these runs of the agent, or all that are open. */
export async function cancelRuns(
  { agents, runs }: McpContext,
  agent: string,
  runIds: readonly string[] | undefined,
  isMeant: (run: { readonly conversationId: string }) => boolean = () => true,
): Promise<object> {
  const { id } = await agents.find(agent)
  const open = await runs.walk({ agent: id, isOpen: true, order: 'asc', limit: MAX_CANCELLED })
  const ids: readonly string[] = runIds ?? open.filter(isMeant).map((run) => run.id)
  if (ids.length === 0)
    throw new RestError(409, { detail: 'No run is at work, so none was cancelled.' })
  const found = await Promise.all(ids.map((runId) => runs.get(checkedId(runId), id)))
  // The last first, so that none of those behind a run begins when it is cancelled.
  const results: [string, string][] = []
  for (const { run } of found.toReversed()) {
    const after = await runs.cancel(run.id)
    results.push([run.id, after.run.status === 'cancelled' ? 'cancelled' : 'failed'])
  }
  return Object.fromEntries(results.reverse())
}

function checkedId(runId: string): RunId {
  if (isId('run', runId)) return runId
  throw new UserError('not_found', `There is no run ${runId}.`)
}

function presentPlain(message: Message) {
  return presentMessage(message, { speaksAsMessage: true, pending: new Set() })
}

function presentHit(message: Message, score: number) {
  const [first] = presentPlain(message)
  return {
    ...first,
    message_id: message.id,
    agent_id: message.agentId,
    created_at: message.createdAt,
    content: message.role === 'assistant' ? message.said.join('\n') : message.text,
    score,
  }
}
