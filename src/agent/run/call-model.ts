import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import type { ChatModel, ModelAnswer, ModelFailure, ModelRequest } from '../../llm/model.ts'
import { afterFailure } from './retry-policy.ts'

export type ModelOutcome =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }
  /** The provider wants to be left alone for longer than an agent should be held. */
  | { readonly kind: 'wait'; readonly milliseconds: number; readonly failure: ModelFailure }

export interface CallOptions {
  readonly signal: AbortSignal
  readonly log: Log
  readonly firstPauseMilliseconds: number
}

/** Asks until there is an answer or no sense in asking again. Never rejects. */
export async function callModel(
  model: ChatModel,
  request: ModelRequest,
  { signal, log, firstPauseMilliseconds }: CallOptions,
): Promise<ModelOutcome> {
  for (let tries = 1; ; tries += 1) {
    const result = await model.call(request, signal)
    if (result.kind === 'answer' || signal.aborted) return result
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
