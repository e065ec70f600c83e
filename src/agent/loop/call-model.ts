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
  /** `usage` is that of all the calls it took. */
  | {
      readonly kind: 'answer'
      readonly answer: ModelAnswer
      readonly usage: TokenUsage
      /** Of the call that gave it. */
      readonly stream: AnswerStream
    }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }
  /** The provider wants to be left alone for longer than an agent should be held. */
  | { readonly kind: 'wait'; readonly milliseconds: number; readonly failure: ModelFailure }

export interface CallOptions {
  readonly signal: AbortSignal
  readonly log: Log
  readonly firstPauseMilliseconds: number
  /** The agent has said what it has to say, so that an answer without anything in it is an end like any other. */
  readonly mayBeSilent: boolean
  /** The run has called tools, so that its work is done even if nothing is said of it. */
  readonly hasWorked: boolean
  /** Each call of the model is an answer of its own to those who watch. */
  readonly openStream: () => AnswerStream
  /** Somebody watches now. */
  readonly isWatched: () => boolean
}

const UNSAID =
  'The model ended the turn without a word, also when it was asked for an answer; what its tools did is done.'
const FROM_REASONING =
  'The model answered in its reasoning alone, also when it was asked again, so that is the reply.'

/** Asks until there is an answer or no sense in asking again. Never rejects. */
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
    // An empty answer has been paid for like any other.
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
    // Ends early, and quietly, when the run is cancelled.
    await pause(next.inMilliseconds, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return result
  }
}

/** The same request would have the same answer: this one says what was wrong with it. */
function nudged(request: ModelRequest): ModelRequest {
  const why = PROMPTS['answer-empty'].trim()
  const newest = request.messages.at(-1)
  const messages: readonly ModelMessage[] =
    !newest || newest.role === 'assistant'
      ? [...request.messages, { role: 'user', text: why }]
      : [...request.messages.slice(0, -1), { ...newest, text: `${newest.text}\n\n${why}` }]
  return { ...request, messages }
}

/** Of an answer that is empty again: what was thought, or at least the end of a turn whose work is done. */
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

/** Neither a word nor a call: whoever asked would wait for a reply that never comes, and not know why. */
function refuseSilence(result: ModelResult, handle: string): ModelResult {
  if (result.kind === 'failure' || !isSilent(result.answer)) return result
  // It was asked for again already, and the turn ends with what it did.
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
