import type { Caller } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import type { ConversationId, RunId } from '../core/ids.ts'
import type { RunView } from '../core/run.ts'
import type { McpContext } from '../service/context.ts'
import { waitRun } from '../service/follow/wait-run.ts'
import type { Place } from './find-place.ts'
import type { Chat, ChatMessage } from './read-chat.ts'
import { answered, fingerprint } from './transcript.ts'

export interface Taken {
  readonly runId: RunId
  /** Messages of the run that the caller has had. */
  readonly skip: number
  /** Resolves when it is noted what the caller has of the conversation, so that its next request finds it. */
  readonly noted: Promise<void>
}

type Begun = Omit<Taken, 'noted'>

/** Sends what is new to the agent, or gives it the results of calls that the caller made. */
export async function takeTurn(
  context: McpContext,
  chat: Chat,
  { agentId, conversation, messages }: Place,
  caller: Caller,
): Promise<Taken> {
  const results = messages.filter(({ role }) => role === 'tool')
  const spoken = messages.filter(({ role, text }) => role !== 'tool' && text.trim() !== '')
  const taken =
    results.length > 0 && spoken.length === 0
      ? await giveResults(context, conversation, agentId, results)
      : await send(context, chat, { agentId, conversation, messages: spoken }, caller)
  const noted = noteWhenDone(context, chat, conversation, taken)
  return { ...taken, noted }
}

async function send(
  { runs }: McpContext,
  { clientTools }: Chat,
  { agentId, conversation, messages }: Place,
  caller: Caller,
): Promise<Begun> {
  const last = messages.at(-1)
  if (last?.role !== 'user') {
    throw new UserError(
      'invalid_argument',
      "The last message must be the user's, or the result of a call.",
    )
  }
  const inputs = messages.map(({ role, text }) => ({
    role: role === 'assistant' ? ('assistant' as const) : ('user' as const),
    text,
  }))
  const { run } = await runs.send({
    agent: agentId,
    conversation,
    text: last.text,
    ...(inputs.length > 1 && { inputs }),
    // Pictures of earlier messages were seen then, or belong to a past that this conversation begins with.
    ...(last.images.length > 0 && { images: last.images }),
    clientTools,
    scopes: [...caller.scopes],
    isWatched: true,
  })
  return { runId: run.id, skip: 0 }
}

async function giveResults(
  { runs }: McpContext,
  conversation: string,
  agent: string,
  results: readonly ChatMessage[],
): Promise<Begun> {
  const open = await runs.walk({ agent, isOpen: true, order: 'asc', limit: 100 })
  const waiting = open.find(
    (run) => run.conversationId === conversation && run.status === 'requires_approval',
  )
  if (!waiting) {
    throw new UserError('conflict', 'No call of this conversation waits for a result.')
  }
  const skip = (await runs.messages(waiting.id)).length
  for (const { answers, text } of results) {
    await runs.respond(waiting.id, {
      callId: answers,
      approve: true,
      result: { status: 'success', text },
    })
  }
  return { runId: waiting.id, skip }
}

/** The agent's words in the part of the run that the caller has not had. */
export async function replyOf(
  { runs }: McpContext,
  { run, pendingApprovals }: RunView,
  skip: number,
): Promise<{ readonly text: string; readonly calls: RunView['pendingApprovals'] }> {
  const messages = (await runs.messages(run.id)).slice(Math.max(skip, run.inputs?.length ?? 1))
  const said = messages.flatMap((message) => (message.role === 'assistant' ? message.said : []))
  return { text: said.join('\n'), calls: pendingApprovals }
}

/** Notes what the caller has of the conversation once the run is over, whether or not the caller stays. */
async function noteWhenDone(
  context: McpContext,
  chat: Chat,
  conversation: ConversationId,
  { runId, skip }: Begun,
): Promise<void> {
  try {
    const view = await waitRun(context, runId, new AbortController().signal)
    const { text, calls } = await replyOf(context, view, skip)
    const whole = [
      ...chat.messages,
      answered(
        text,
        calls.map(({ callId }) => callId),
      ),
    ]
    await context.conversations.noteTranscript(conversation, fingerprint(whole))
  } catch {
    // Without the note, the transcript becomes a conversation of its own at its next request.
  }
}
