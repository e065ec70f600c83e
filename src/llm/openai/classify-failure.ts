import { stripVTControlCharacters } from 'node:util'
import { hasNoFileHandles, isExhausted } from '../../core/exhausted.ts'
import { excerpt } from '../../core/text.ts'
import type { ModelFailure } from '../model.ts'
import type { Provider } from '../providers.ts'
import type { CallEnding, CallLimits } from './call-watch.ts'
import type { ErrorDetail } from './error-body.ts'
import { saysOverflow } from './overflow-wordings.ts'
import { readOverflow } from './read-overflow.ts'

/** Whom we asked, for the words of a failure. */
export interface Target {
  /** What is asked for. */
  readonly format: 'chat-completions' | 'embeddings'
  readonly provider: Provider
  readonly model: string
  readonly baseUrl: string
}

/** An answer with a status that is no success. */
export interface Refusal {
  readonly status: number
  readonly retryAfterMilliseconds: number | null
  readonly detail: ErrorDetail
}

const QUOTA =
  /insufficient_quota|insufficient[_ ](?:credits|balance|funds)|billing|exceeded your current quota/i
const LONGEST_QUOTE = 300
/** A name that can't be looked up. */
const LOOKUP = /^(?:ENOTFOUND|EAI_)/

export function classifyRefusal(refusal: Refusal, target: Target): ModelFailure {
  const { status, detail } = refusal
  const { provider, model } = target
  const message = `${provider.title} answered ${status}${quote(detail)}.`
  const hasNoText = detail.message === '' && detail.code === ''
  // Some servers refuse a request that is too long without a word.
  const isSilentOverflow = hasNoText && (status === 413 || status === 400)
  if (status !== 429 && status !== 401 && (saysOverflow(detail) || isSilentOverflow)) {
    return overflow(message, target)
  }
  if (status === 402 || QUOTA.test(`${detail.code} ${detail.type} ${detail.message}`)) {
    return {
      reason: 'rejected',
      message,
      hint: `Check the credits and the billing of your ${provider.title} account, or choose another model.`,
    }
  }
  if (status >= 300 && status < 400) {
    return {
      reason: 'rejected',
      message: `${provider.title} answered ${status}, a redirect.`,
      hint: `Set ${provider.baseUrlVariable} to the final address: redirects are not followed, since they could take the key elsewhere.`,
    }
  }
  switch (status) {
    case 401:
    case 403:
      return { reason: 'unauthorized', message, hint: keyHint(status, target) }
    case 404:
      return { reason: 'rejected', message, hint: missingHint(target) }
    case 429:
      return {
        reason: 'rate_limited',
        message,
        hint: `Wait a moment and try again, or choose another model; ${provider.title} limits how often it may be asked.`,
        ...retryAfter(refusal),
      }
    case 408:
      return {
        reason: 'unreachable',
        message,
        hint: 'Try again in a moment.',
        ...retryAfter(refusal),
      }
  }
  if (status >= 500) {
    return {
      reason: 'unreachable',
      message,
      hint: `Try again in a while; the fault is on the side of ${provider.title}${atAddress(target)}.`,
      ...retryAfter(refusal),
    }
  }
  return {
    reason: 'rejected',
    message,
    hint:
      target.format === 'embeddings'
        ? `Check that ${model} makes embeddings, in the dimension that is asked for, or choose another model.`
        : `Check that ${model} can do what is asked of it (tools, for one), or choose another model.`,
  }
}

/** An error that came with status 200: with its real status if it tells one, as OpenRouter does. */
export function classifyErrorAnswer(detail: ErrorDetail, target: Target): ModelFailure {
  const status = /^(?:401|402|403|408|429|5\d\d)$/.test(detail.code) ? Number(detail.code) : null
  if (status !== null) {
    return classifyRefusal({ status, retryAfterMilliseconds: null, detail }, target)
  }
  const expected = target.format === 'embeddings' ? 'embeddings' : 'a completion'
  const message = `${target.provider.title} answered with an error instead of ${expected}${quote(detail)}.`
  if (saysOverflow(detail)) return overflow(message, target)
  return { reason: 'invalid_answer', message, hint: 'Try again, or choose another model.' }
}

export function invalidAnswer(problem: string, target: Target): ModelFailure {
  return {
    reason: 'invalid_answer',
    message: `${target.provider.title} sent ${problem}.`,
    hint: `Try again; if it stays so, check ${target.provider.baseUrlVariable}: ${target.baseUrl} must speak the OpenAI ${target.format} format.`,
  }
}

export function classifyEnding(
  ending: CallEnding,
  limits: CallLimits,
  target: Target,
): ModelFailure {
  const { title } = target.provider
  if (ending === 'caller') {
    return { reason: 'aborted', message: 'The model call was cancelled.', hint: 'Send it again.' }
  }
  const message =
    ending === 'total'
      ? `${title} did not finish its answer within ${limits.totalMilliseconds / 1_000} seconds.`
      : `${title} stopped in the middle of its answer for ${limits.idleMilliseconds / 1_000} seconds.`
  return { reason: 'unreachable', message, hint: 'Try again, or choose a faster model.' }
}

/** Whatever the network or the client threw. */
export function classifyThrown(error: unknown, target: Target): ModelFailure {
  const code = findCode(error)
  const { provider, baseUrl } = target
  if (isExhausted(error) || (LOOKUP.test(code) && hasNoFileHandles())) {
    return {
      reason: 'exhausted',
      message: `The server has no file handles or memory left to call ${provider.title} (${code}).`,
      hint: 'It tries again by itself; if it stays so, raise the limits of its process.',
    }
  }
  return {
    reason: 'unreachable',
    message: `The connection to ${provider.title} at ${baseUrl} failed (${code || describe(error)}).`,
    hint: reachHint(target),
  }
}

function overflow(message: string, target: Target): ModelFailure {
  return {
    reason: 'context_overflow',
    message,
    hint:
      target.format === 'embeddings'
        ? `Choose an embedding model that takes longer texts than ${target.model}.`
        : `Give the agent a smaller context_window than ${target.model} has, or choose a model with a larger one.`,
    ...readOverflow(message),
  }
}

function keyHint(status: number, { provider }: Target): string {
  const [variable] = provider.keyVariables
  return `Check ${variable}: the server answered ${status}, so the key is missing, wrong, or may not use this model.`
}

function missingHint(target: Target): string {
  const { provider, model } = target
  if (provider.name === 'ollama') return `Run "ollama pull ${model}", or choose another model.`
  return `Check the model name "${model}" and ${provider.baseUrlVariable} (${target.baseUrl}).`
}

function reachHint({ provider, baseUrl }: Target): string {
  return provider.needsKey
    ? `Check the network connection and ${provider.baseUrlVariable} (${baseUrl}).`
    : `Is ${provider.title} running? Start it, or set ${provider.baseUrlVariable} to where it listens.`
}

function atAddress({ provider, baseUrl }: Target): string {
  return baseUrl === provider.baseUrl ? '' : ` at ${baseUrl}`
}

function retryAfter({
  retryAfterMilliseconds,
}: Refusal): Pick<ModelFailure, 'retryAfterMilliseconds'> {
  return retryAfterMilliseconds === null ? {} : { retryAfterMilliseconds }
}

function quote({ message, code, type }: ErrorDetail): string {
  // It may end up in a terminal, whose cursor it must not move.
  const text = stripVTControlCharacters(message || code || type)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
  return text === '' ? '' : `: ${excerpt(text, LONGEST_QUOTE)}`
}

/** ECONNREFUSED and the like sit some causes deep, and several addresses tried are one AggregateError. */
function findCode(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return findCode(inner)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? describe(error.cause) : error.message
}
