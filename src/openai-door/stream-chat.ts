import type { MessageId } from '../core/ids.ts'
import type { RunView } from '../core/run.ts'
import type { Sink } from '../rest/call/streamed.ts'
import type { McpContext } from '../service/context.ts'
import { createSignal } from '../service/follow/signal.ts'
import { isOver } from '../service/follow/wait-run.ts'
import { type Completed, finishOf, presentCall, presentChunk, presentUsage } from './present.ts'
import { replyOf, type Taken } from './take-turn.ts'

/** Clients and proxies cut a silent stream. Chosen by hand. */
const SIGN_OF_LIFE_MILLISECONDS = 15_000
/** A run that rests for a retry is looked at this often; chosen by hand. */
const REST_MILLISECONDS = 1_000

export interface ChatStream {
  readonly head: Pick<Completed, 'id' | 'model' | 'created'>
  readonly includesUsage: boolean
  readonly problemOf: (view: RunView) => object | undefined
}

/** Writes the agent's words as they come, then the calls that the caller is to make. */
export async function streamChat(
  context: McpContext,
  { runId, skip, noted }: Taken,
  { head, includesUsage, problemOf }: ChatStream,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const wake = createSignal()
  const pieces: { readonly messageId: MessageId; readonly text: string }[] = []
  const speech = new Set<string>()
  const stop = context.runs.onProgress(runId, (event) => {
    if (event.type === 'part_started' && event.kind === 'speech')
      speech.add(`${event.messageId} ${event.part}`)
    if (event.type !== 'part_delta' || !speech.has(`${event.messageId} ${event.part}`)) return
    pieces.push({ messageId: event.messageId, text: event.text })
    wake.raise()
  })
  const unsubscribe = context.onChange((change) => {
    if (change.subjectId === runId || change.kind === 'messages' || change.kind === 'agent')
      wake.raise()
  })
  signal.addEventListener('abort', wake.raise, { once: true })
  const send = (event: object) => sink.send(`data: ${JSON.stringify(event)}\n\n`)
  let sent = ''
  let last: MessageId | undefined
  const say = async (text: string) => {
    sent += text
    await send(presentChunk(head, { content: text }))
  }
  try {
    await send(presentChunk(head, { role: 'assistant', content: '' }))
    for (;;) {
      const view = await context.runs.get(runId)
      for (const { messageId, text } of pieces.splice(0)) {
        // Words of different steps stand on lines of their own.
        await say(last !== undefined && last !== messageId ? `\n${text}` : text)
        last = messageId
      }
      if (isOver(view.run)) return await end(view)
      if (signal.aborted) return
      const pause = view.run.status === 'waiting' ? REST_MILLISECONDS : SIGN_OF_LIFE_MILLISECONDS
      if (!(await wake.next(pause))) await sink.send(': still at work\n\n')
    }
  } finally {
    stop()
    unsubscribe()
  }

  async function end(view: RunView): Promise<void> {
    const problem = problemOf(view)
    if (problem) {
      await send(problem)
      await sink.send('data: [DONE]\n\n')
      return
    }
    const { text, calls } = await replyOf(context, view, skip)
    // Another process may have done the work, or some of it.
    if (text.startsWith(sent) && text !== sent) await say(text.slice(sent.length))
    for (const [index, call] of calls.entries()) {
      await send(presentChunk(head, { tool_calls: [{ index, ...presentCall(call) }] }))
    }
    await noted
    await send(presentChunk(head, {}, finishOf(view)))
    if (includesUsage) {
      await send({ ...presentChunk(head, {}), choices: [], usage: presentUsage(view.run.usage) })
    }
    await sink.send('data: [DONE]\n\n')
  }
}
