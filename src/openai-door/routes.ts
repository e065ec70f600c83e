import { randomUUID } from 'node:crypto'
import type { Agent } from '../core/agent.ts'
import type { RunView } from '../core/run.ts'
import { RestError } from '../rest/call/refusal.ts'
import { type Call, type Route, route } from '../rest/call/route.ts'
import { Streamed } from '../rest/call/streamed.ts'
import { waitRun } from '../service/follow/wait-run.ts'
import { findPlace } from './find-place.ts'
import {
  type Completed,
  finishOf,
  presentChunk,
  presentCompletion,
  presentUsage,
} from './present.ts'
import { type Chat, readChat } from './read-chat.ts'
import { asOneText, isSideRequest, SIDE_HEADER, sideAgentOf } from './side-request.ts'
import { streamChat } from './stream-chat.ts'
import { replyOf, takeTurn } from './take-turn.ts'

/** Frontends show all models at once; chosen by hand. */
const MAX_MODELS = 1_000
const PROVIDER_FAILED = 502

/** The part of OpenAI's API that chat programs use: each agent is a model. */
export const OPENAI_ROUTES: readonly Route[] = [
  route('GET', '/openai/v1/models', 'read', async ({ context }) => {
    const views = await context.agents.walk({ order: 'desc', limit: MAX_MODELS })
    const names = views.map(({ agent }) => agent.name)
    const data = views.map(({ agent }) => {
      const isAlone = names.filter((name) => name === agent.name).length === 1
      return presentModel(agent, isAlone ? agent.name : agent.id)
    })
    return { object: 'list', data }
  }),

  route('GET', '/openai/v1/models/{model}', 'read', async ({ params, context }) =>
    presentModel(await context.agents.find(params.model), params.model),
  ),

  route('POST', '/openai/v1/chat/completions', 'chat', async (call) => {
    const chat = readChat(call.body)
    const head = {
      id: `chatcmpl-${randomUUID()}`,
      model: chat.model,
      created: Math.floor(Date.now() / 1_000),
    }
    const side = sideAgentOf(chat.model)
    if (side !== undefined || isSideRequest(chat.messages, call.headers[SIDE_HEADER]))
      return answerAside(call, { ...chat, model: side ?? chat.model }, head)
    return answerChat(call, chat, head)
  }),
]

type Asked = Omit<Call, 'params'>
type Head = Pick<Completed, 'id' | 'model' | 'created'>

async function answerChat(call: Asked, chat: Chat, head: Head): Promise<object> {
  const { context, signal, repeats } = call
  const key = `openai ${context.namespace} ${call.caller.name} ${JSON.stringify(call.body)}`
  const known = call.retries > 0 ? repeats.find(key) : undefined
  const taken =
    known === undefined
      ? await takeTurn(context, chat, await findPlace(context, chat, call.headers), call.caller)
      : { runId: known, skip: 0, noted: Promise.resolve() }
  repeats.remember(key, taken.runId)
  if (chat.stream) {
    const options = { head, includesUsage: chat.includesUsage, problemOf }
    return new Streamed((sink) => streamChat(context, taken, options, sink, signal))
  }
  const view = await waitRun(context, taken.runId, signal)
  const problem = problemOf(view)
  if (problem) throw new RestError(PROVIDER_FAILED, { detail: problem.error.message })
  const reply = await replyOf(context, view, taken.skip)
  await taken.noted
  return presentCompletion({ ...head, ...reply, finish: finishOf(view), usage: view.run.usage })
}

/** Titles, tags and the like: from the agent's model, without the agent. */
async function answerAside({ context, signal }: Asked, chat: Chat, head: Head): Promise<object> {
  const { text, usage } = await context.agents.askAside(
    chat.model,
    asOneText(chat.messages),
    signal,
  )
  const completed: Completed = { ...head, text, calls: [], finish: 'stop', usage }
  if (!chat.stream) return presentCompletion(completed)
  return new Streamed(async (sink) => {
    const send = (event: object) => sink.send(`data: ${JSON.stringify(event)}\n\n`)
    await send(presentChunk(head, { role: 'assistant', content: text }))
    await send(presentChunk(head, {}, 'stop'))
    if (chat.includesUsage)
      await send({ ...presentChunk(head, {}), choices: [], usage: presentUsage(usage) })
    await sink.send('data: [DONE]\n\n')
  })
}

/** Why the run gives no answer, as OpenAI's clients read it; undefined: it does. */
function problemOf({ run }: RunView) {
  if (run.status !== 'failed' && run.status !== 'waiting') return undefined
  const message = run.error?.message ?? run.missing ?? 'The run failed.'
  return { error: { message, type: 'server_error', param: null, code: run.error?.code ?? null } }
}

function presentModel({ createdAt }: Agent, id: string) {
  return {
    id,
    object: 'model',
    created: Math.floor(Date.parse(createdAt) / 1_000),
    owned_by: 'recollect',
  }
}
