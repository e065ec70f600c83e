import { z } from 'zod'
import { type Conversation, defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { isId, type RunId, readId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { Streamed } from '../call/streamed.ts'
import { readBody } from '../read/body.ts'
import { readStream } from '../read/stream.ts'
import { readTurn } from '../read/turn.ts'
import { answerLikeAsked } from '../turn/answer-like-asked.ts'
import type { Place } from '../turn/start-turn.ts'
import { streamRun } from '../turn/stream-run.ts'
import { cancelRuns, listMessages } from './messages.ts'

const conversationBody = z.object({
  summary: z.string().optional(),
  agent_id: z.string().optional(),
})
const placeBody = z.object({ agent_id: z.string().optional() })

/** Runs of the agent among which the newest of a conversation is looked for. Chosen by hand. */
const RECENT = 100

/** Stands for the agent's own history, which `agent_id` then names. */
const OWN = 'default'

export const conversationRoutes: readonly Route[] = [
  route('GET', '/v1/conversations', 'read', async ({ query, context }) => {
    const walk = query.walk({ order: 'desc', limit: 50 })
    const found = await context.conversations.walk({ ...walk, agent: query.text('agent_id') })
    return found.map(presentConversation)
  }),

  route('POST', '/v1/conversations', 'chat', async ({ query, body, context }) => {
    const { summary, agent_id } = readBody(conversationBody, body)
    const agent = query.text('agent_id') ?? agent_id
    if (agent === undefined) {
      throw new UserError('invalid_argument', 'Whose conversation it is to be: give agent_id.')
    }
    return presentConversation(await context.conversations.create(agent, summary))
  }),

  route('GET', '/v1/conversations/{conversation_id}', 'read', async ({ params, context }) =>
    presentConversation(await context.conversations.get(params.conversation_id)),
  ),

  route(
    'PATCH',
    '/v1/conversations/{conversation_id}',
    'chat',
    async ({ params, body, context }) => {
      const { summary } = readBody(conversationBody, body)
      const { id, title } = await context.conversations.get(params.conversation_id)
      return presentConversation(await context.conversations.rename(id, summary ?? title))
    },
  ),

  route('DELETE', '/v1/conversations/{conversation_id}', 'admin', async ({ params, context }) => {
    await context.conversations.delete(params.conversation_id)
    return null
  }),

  route('POST', '/v1/conversations/{conversation_id}/fork', 'chat', async ({ params, context }) =>
    presentConversation(await context.conversations.fork(params.conversation_id)),
  ),

  route(
    'GET',
    '/v1/conversations/{conversation_id}/messages',
    'read',
    async ({ params, query, context }) => {
      const place = await placeOf(context, params.conversation_id, query.text('agent_id'))
      return listMessages(context, place, query)
    },
  ),

  route('POST', '/v1/conversations/{conversation_id}/messages', 'chat', async (call) => {
    const turn = readTurn(call.body)
    const agent = turn.agentId ?? call.query.text('agent_id')
    const place = await placeOf(call.context, call.params.conversation_id, agent)
    // Here, unlike at an agent, a stream is what one gets without asking.
    return answerLikeAsked(call, place, turn, turn.view.streaming ?? true)
  }),

  // Takes up the stream of the newest run again.
  route(
    'POST',
    '/v1/conversations/{conversation_id}/stream',
    'read',
    async ({ params, query, body, context, signal }) => {
      const agent = readBody(placeBody, body).agent_id ?? query.text('agent_id')
      const place = await placeOf(context, params.conversation_id, agent)
      const view = readStream(body, query)
      const runId = await newestRun(context, place)
      return new Streamed((sink) => streamRun(context, { runId, skip: 0 }, view, sink, signal))
    },
  ),

  route(
    'POST',
    '/v1/conversations/{conversation_id}/cancel',
    'chat',
    async ({ params, query, body, context }) => {
      const agent = readBody(placeBody, body).agent_id ?? query.text('agent_id')
      const place = await placeOf(context, params.conversation_id, agent)
      const { id } = await context.agents.find(place.agent)
      const conversation = place.conversation ?? defaultConversation(id)
      return cancelRuns(context, id, undefined, (run) => run.conversationId === conversation)
    },
  ),
]

async function newestRun({ runs }: McpContext, { agent, conversation }: Place): Promise<RunId> {
  const id = readId('agent', agent)
  const own = conversation ?? (id && defaultConversation(id))
  const recent = await runs.walk({ agent, order: 'desc', limit: RECENT })
  const run = recent.find(({ conversationId }) => conversationId === own)
  if (run) return run.id
  throw new UserError('not_found', 'No run of this conversation is at work, or was lately.')
}

async function placeOf(
  { conversations, agents }: McpContext,
  given: string,
  agent: string | undefined,
): Promise<Place> {
  // Older clients give the id of the agent for its own history.
  if (isId('agent', given)) return { agent: (await agents.find(given)).id }
  if (given === OWN) {
    if (agent !== undefined) return { agent: (await agents.find(agent)).id }
    throw new UserError('invalid_argument', 'Of "default", say whose it is: give agent_id.')
  }
  const { id, agentId } = await conversations.get(given)
  return { agent: agentId, conversation: id }
}

function presentConversation({ id, agentId, title, createdAt }: Conversation) {
  return {
    id,
    agent_id: agentId,
    summary: title || null,
    description: null,
    archived: false,
    in_context_message_ids: [],
    isolated_block_ids: [],
    model: null,
    model_settings: null,
    last_message_at: null,
    created_at: createdAt,
    updated_at: createdAt,
  }
}
