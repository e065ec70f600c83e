import type { AgentEvent } from '../../core/event.ts'
import { type MessageId, newId, type RunId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { createSignal } from '../../service/follow/signal.ts'
import { isOver } from '../../service/follow/wait-run.ts'
import type { Sink } from '../call/streamed.ts'
import { type LettaMessage, otidOf } from '../present/message.ts'
import { presentStopReason, presentUsage } from '../present/run.ts'
import type { TurnView } from '../read/turn.ts'
import { problemOf } from './answer-turn.ts'
import { runMessages } from './run-messages.ts'
import type { Started } from './start-turn.ts'

/** Clients and proxies cut a silent stream; they were promised a sign every 20 s. */
const SIGN_OF_LIFE_MILLISECONDS = 15_000
/** A run that rests for a retry is looked at this often; chosen by hand. */
const REST_MILLISECONDS = 1_000

/*
 * Numbers of events: a million for each stored message of the run. The pieces of one that is being written count from its
 * first number, the whole message has the last ones, so that a stream taken up again after a piece brings it whole.
 */
const PER_MESSAGE = 1_000_000
const WHOLE = 900_000

export interface StreamOptions extends TurnView {
  /** Only events with a greater number. */
  readonly startingAfter?: number | undefined
}

/**
 * Writes the run to the sink as Letta's clients read it: by steps, or by tokens as far as this process works on it. It
 * reads what is stored, so that any server can go on with the stream of another.
 */
export async function streamRun(
  context: McpContext,
  { runId, skip }: Started,
  options: StreamOptions,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const wake = createSignal()
  let lastSent = performance.now()
  const send = async (event: object, number?: number) => {
    if (number !== undefined && number <= (options.startingAfter ?? -1)) return
    const numbered = options.numbered ? { ...event, run_id: runId, seq_id: number ?? null } : event
    lastSent = performance.now()
    await sink.send(`data: ${escaped(numbered)}\n\n`)
  }
  const ping = async () => {
    lastSent = performance.now()
    if (options.pings) await sink.send(`data: ${escaped(pingOf(runId))}\n\n`)
    else await sink.send(': still at work\n\n')
  }
  const live = options.tokens ? watchTokens(context, runId, options, wake.raise) : NOT_LIVE
  const unsubscribe = context.onChange((change) => {
    if (change.subjectId === runId || change.kind === 'messages' || change.kind === 'agent')
      wake.raise()
  })
  signal.addEventListener('abort', wake.raise, { once: true })
  try {
    await ping()
    const sent = createSent()
    for (;;) {
      const done = await context.runs.get(runId)
      const stored = await runMessages(context, runId, options, skip)
      const hasEnded = isOver(done.run)
      /** Stored messages in front of this place that nobody has sent. */
      const sendWhole = async (before: number) => {
        for (const { message, place, parts } of stored) {
          if (place >= before) return
          const left = sent.left(message.id, parts)
          if (left.length === 0) continue
          // Whether its calls wait for somebody is known once one has its result, or the run stands still.
          if (!hasEnded && mayStillWait(message, stored)) return
          for (const part of left) {
            await send(part, place * PER_MESSAGE + WHOLE + parts.indexOf(part))
          }
          sent.whole(message.id)
        }
      }
      for (const { chunk, messageId, part } of live.take()) {
        const known = stored.find(({ message }) => message.id === messageId)?.place
        const place = known ?? nextPlace(stored, skip)
        await sendWhole(place)
        await send(chunk, place * PER_MESSAGE + Math.min(part, WHOLE - 1))
        sent.pieces(messageId)
      }
      await sendWhole(Number.POSITIVE_INFINITY)
      if (hasEnded) return await end(done, stored.length + skip, send, sink, runId)
      if (signal.aborted) return
      if (performance.now() - lastSent >= SIGN_OF_LIFE_MILLISECONDS) await ping()
      const quiet = SIGN_OF_LIFE_MILLISECONDS - (performance.now() - lastSent)
      await wake.next(done.run.status === 'waiting' ? REST_MILLISECONDS : quiet)
    }
  } finally {
    live.stop()
    unsubscribe()
  }
}

/** How much of each message the reader has. */
function createSent() {
  const whole = new Set<string>()
  const pieces = new Set<string>()
  return {
    whole: (id: string) => void whole.add(id),
    pieces: (id: string) => void pieces.add(id),
    /** Its pieces are all of a message but the question whether a call may be made. */
    left(id: string, parts: readonly LettaMessage[]): readonly LettaMessage[] {
      if (whole.has(id)) return []
      return pieces.has(id) ? parts.filter(isQuestion) : parts
    },
  }
}

function isQuestion({ message_type }: LettaMessage): boolean {
  return message_type === 'approval_request_message'
}

type Stored = Awaited<ReturnType<typeof runMessages>>

function nextPlace(stored: Stored, skip: number): number {
  return Math.max(skip, ...stored.map(({ place }) => place + 1), 1)
}

/** The newest answer has calls of which none has a result yet. */
function mayStillWait({ id, role }: Stored[number]['message'], stored: Stored): boolean {
  const last = stored.at(-1)?.message
  return role === 'assistant' && last?.id === id && 'toolCalls' in last && last.toolCalls.length > 0
}

async function end(
  done: Awaited<ReturnType<McpContext['runs']['get']>>,
  place: number,
  send: (event: object, number?: number) => Promise<void>,
  sink: Sink,
  runId: RunId,
): Promise<void> {
  const number = (place + 1) * PER_MESSAGE
  const problem = problemOf(done)
  if (problem) {
    await send({ message_type: 'stop_reason', stop_reason: 'error' }, number)
    const { type: error_type, message } = problem
    const error = {
      message_type: 'error_message',
      run_id: runId,
      error_type,
      message,
      detail: message,
    }
    await sink.send(`event: error\ndata: ${escaped(error)}\n\n`)
  } else {
    await send(presentStopReason(done.run), number)
    await send(presentUsage(done.run.usage, [runId]), number + 1)
  }
  await sink.send('data: [DONE]\n\n')
}

function pingOf(runId: RunId) {
  const date = new Date().toISOString()
  return { message_type: 'ping', id: newId('message'), date, run_id: runId }
}

/** Clients before 1.0 end a stream at any line that contains the mark of its end. */
function escaped(event: object): string {
  return JSON.stringify(event).replaceAll('[DONE]', '\\u005bDONE]')
}

interface LiveChunk {
  readonly messageId: MessageId
  readonly part: number
  readonly chunk: object
}

interface LiveTokens {
  take(): readonly LiveChunk[]
  stop(): void
}

const NOT_LIVE: LiveTokens = { take: () => [], stop() {} }

/** Pieces of the answers that this process gets for the run, as they come. */
function watchTokens(
  { runs }: McpContext,
  runId: RunId,
  { types, startingAfter }: StreamOptions,
  onPiece: () => void,
): LiveTokens {
  // A stream that is taken up again goes on by whole messages.
  if (startingAfter !== undefined) return NOT_LIVE
  const pieces: LiveChunk[] = []
  const parts = new Map<string, Extract<AgentEvent, { type: 'part_started' }>>()
  let count = 0
  const stop = runs.onProgress(runId, (event) => {
    if (event.type === 'part_started') parts.set(`${event.messageId} ${event.part}`, event)
    if (event.type !== 'part_delta') return
    const started = parts.get(`${event.messageId} ${event.part}`)
    const chunk = started && pieceOf(started, event.text)
    if (!chunk || (types && !types.has(chunk.message_type))) return
    count += 1
    pieces.push({ messageId: event.messageId, part: count, chunk })
    onPiece()
  })
  return { take: () => pieces.splice(0), stop }
}

function pieceOf(
  { messageId, part, kind, toolName, callId, runId }: Extract<AgentEvent, { type: 'part_started' }>,
  text: string,
) {
  const base = {
    id: messageId,
    date: new Date().toISOString(),
    otid: otidOf(messageId, part),
    run_id: runId,
  }
  switch (kind) {
    case 'speech':
      return { ...base, message_type: 'assistant_message', content: text }
    case 'reasoning':
      return {
        ...base,
        message_type: 'reasoning_message',
        reasoning: text,
        source: 'reasoner_model',
      }
    case 'tool_call': {
      const call = { name: toolName, arguments: text, tool_call_id: callId }
      return { ...base, message_type: 'tool_call_message', tool_call: call, tool_calls: call }
    }
  }
}
