import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/run.ts'
import type {
  ChatModel,
  ModelAnswer,
  ModelFailure,
  ModelRequest,
  ModelResult,
} from '../../llm/model.ts'
import { afterFailure } from './retry-policy.ts'

export type ModelOutcome =
  /** `usage` is that of all the calls it took. */
  | { readonly kind: 'answer'; readonly answer: ModelAnswer; readonly usage: TokenUsage }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }
  /** The provider wants to be left alone for longer than an agent should be held. */
  | { readonly kind: 'wait'; readonly milliseconds: number; readonly failure: ModelFailure }

export interface CallOptions {
  readonly signal: AbortSignal
  readonly log: Log
  readonly firstPauseMilliseconds: number
  /** The agent has said what it has to say, so that an answer without anything in it is an end like any other. */
  readonly mayBeSilent: boolean
}

/** Asks until there is an answer or no sense in asking again. Never rejects. */
export async function callModel(
  model: ChatModel,
  request: ModelRequest,
  { signal, log, firstPauseMilliseconds, mayBeSilent }: CallOptions,
): Promise<ModelOutcome> {
  let wasted = NO_USAGE
  for (let tries = 1; ; tries += 1) {
    const called = await model.call(request, { signal })
    const result = mayBeSilent ? called : refuseSilence(called, model.handle)
    if (result.kind === 'answer') {
      const { answer } = result
      return { kind: 'answer', answer, usage: addUsage(wasted, answer.usage) }
    }
    // An empty answer has been paid for like any other.
    if (called.kind === 'answer') wasted = addUsage(wasted, called.answer.usage)
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

/** Neither a word nor a call: whoever asked would wait for a reply that never comes, and not know why. */
function refuseSilence(result: ModelResult, handle: string): ModelResult {
  if (result.kind === 'failure') return result
  const { text, toolCalls, finish } = result.answer
  if (text.trim() !== '' || toolCalls.length > 0 || finish !== 'stop') return result
  return {
    kind: 'failure',
    failure: {
      reason: 'invalid_answer',
      message: `${handle} gave an empty answer, with neither text nor a tool call.`,
      hint: 'Send the message again, in other words perhaps, or choose another model.',
    },
  }
}
