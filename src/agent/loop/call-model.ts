import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/run.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type {
  ChatModel,
  ModelAnswer,
  ModelFailure,
  ModelMessage,
  ModelRequest,
  ModelResult,
} from '../../llm/model.ts'
import type { AnswerStream } from './answer-stream.ts'
import { afterFailure } from './retry-policy.ts'

export type ModelOutcome =
  /** `usage` is the sum of all calls made. */
  | {
      readonly kind: 'answer'
      readonly answer: ModelAnswer
      readonly usage: TokenUsage
      /** Stream of the call that gave the answer. */
      readonly stream: AnswerStream
    }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }
  /** The provider asks for a longer pause than an agent may be held for. */
  | { readonly kind: 'wait'; readonly milliseconds: number; readonly failure: ModelFailure }

export interface CallOptions {
  readonly signal: AbortSignal
  readonly log: Log
  readonly firstPauseMilliseconds: number
  /** The agent has spoken already, so an empty answer is a valid end. */
  readonly mayBeSilent: boolean
  /** The run has called tools, so an empty answer still ends it with its work done. */
  readonly hasWorked: boolean
  /** Watchers see each model call as a separate answer. */
  readonly openStream: () => AnswerStream
  /** The run has a watcher now. */
  readonly isWatched: () => boolean
}

const UNSAID =
  'The model ended the turn without a word, also when it was asked for an answer; what its tools did is done.'
const FROM_REASONING =
  'The model answered in its reasoning alone, also when it was asked again, so that is the reply.'

/** Calls the model until it answers or another try makes no sense. Never rejects. */
export async function callModel(
  model: ChatModel,
  request: ModelRequest,
  {
    signal,
    log,
    firstPauseMilliseconds,
    mayBeSilent,
    hasWorked,
    openStream,
    isWatched,
  }: CallOptions,
): Promise<ModelOutcome> {
  let wasted = NO_USAGE
  let asked = request
  for (let tries = 1; ; tries += 1) {
    const stream = openStream()
    const onDelta = isWatched() ? stream.onDelta : undefined
    const called = await model.call(asked, { signal, onDelta })
    const isNudged = asked !== request
    const heard = isNudged ? takeWhatThereIs(called, hasWorked) : called
    const result = mayBeSilent ? called : refuseSilence(heard, model.handle)
    if (result.kind === 'answer') {
      const { answer } = result
      return { kind: 'answer', answer, usage: addUsage(wasted, answer.usage), stream }
    }
    stream.drop()
    // Empty answers cost tokens as well.
    if (called.kind === 'answer') {
      wasted = addUsage(wasted, called.answer.usage)
      asked = nudged(request)
    }
    if (signal.aborted) return result
    const { failure } = result
    const next = afterFailure(failure, tries, firstPauseMilliseconds * (0.5 + Math.random()))
    if (next.kind === 'give_up') return result
    if (next.kind === 'wait') return { kind: 'wait', milliseconds: next.inMilliseconds, failure }
    log('info', 'a model call is tried again', {
      model: model.handle,
      tries,
      failure: failure.message,
    })
    // Ends early, without an error, when the run is cancelled.
    await pause(next.inMilliseconds, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return result
  }
}

/** The same request would get the same answer, so this one says what was wrong. */
function nudged(request: ModelRequest): ModelRequest {
  const why = PROMPTS['answer-empty'].trim()
  const newest = request.messages.at(-1)
  const messages: readonly ModelMessage[] =
    !newest || newest.role === 'assistant'
      ? [...request.messages, { role: 'user', text: why }]
      : [...request.messages.slice(0, -1), { ...newest, text: `${newest.text}\n\n${why}` }]
  return { ...request, messages }
}

/** After a second empty answer: uses the reasoning as the answer, or else ends a turn whose work is done. */
function takeWhatThereIs(result: ModelResult, hasWorked: boolean): ModelResult {
  if (result.kind === 'failure' || !isSilent(result.answer)) return result
  const { answer } = result
  const text = answer.reasoning.trim()
  if (text === '') return hasWorked ? withWarning(answer, UNSAID) : result
  return withWarning({ ...answer, text, reasoning: '' }, FROM_REASONING)
}

function withWarning(answer: ModelAnswer, warning: string): ModelResult {
  return { kind: 'answer', answer: { ...answer, warnings: [...answer.warnings, warning] } }
}

function isSilent({ text, toolCalls, finish }: ModelAnswer): boolean {
  return text.trim() === '' && toolCalls.length === 0 && finish === 'stop'
}

/** An answer without words and calls is a failure: otherwise the sender would wait for a reply that never comes. */
function refuseSilence(result: ModelResult, handle: string): ModelResult {
  if (result.kind === 'failure' || !isSilent(result.answer)) return result
  // It was asked for again already, so the turn ends with the work it did.
  if (result.answer.warnings.includes(UNSAID)) return result
  return {
    kind: 'failure',
    failure: {
      reason: 'invalid_answer',
      message: `${handle} gave an empty answer, with neither text nor a tool call.`,
      hint: 'Send the message again, in other words perhaps, or choose another model.',
    },
  }
}
