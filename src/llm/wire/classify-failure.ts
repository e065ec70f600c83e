import { stripVTControlCharacters } from 'node:util'
import { hasNoFileHandles, isExhausted } from '../../core/exhausted.ts'
import { excerpt } from '../../core/text.ts'
import type { ModelFailure } from '../model.ts'
import type { CallEnding, CallLimits } from './call-watch.ts'
import { isFiltered } from './content-filter.ts'
import type { ErrorDetail } from './error-body.ts'
import { keyHint, missingHint, reachHint, settingHint } from './failure-hints.ts'
import { isThrottled, overflowIn } from './overflow.ts'
import type { OverflowSizes } from './read-overflow.ts'
import type { Target } from './target.ts'

const FORMATS: Readonly<Record<Target['format'], string>> = {
  'chat-completions': 'the OpenAI chat-completions format',
  embeddings: 'the OpenAI embeddings format',
  messages: 'the Anthropic Messages format',
  responses: 'the OpenAI Responses format',
}

/** An answer with a status other than success. */
export interface ProviderRefusal {
  readonly status: number
  readonly retryAfterMilliseconds: number | null
  readonly detail: ErrorDetail
}

const QUOTA =
  /insufficient_quota|insufficient[_ ](?:credits|balance|funds)|billing|exceeded your current quota/i
/** A quota that refills by itself, however it is worded. */
const SOON = /per ?min|requests? per second|\brpm\b|\btpm\b/i
const DAILY = /per ?day|daily|\brpd\b|\btpd\b/i
/** The server could not parse the model's output; another try may give a better one. */
const UNREADABLE =
  /tool_use_failed|malformed_function_call|output_parse_failed|json_validate_failed|failed_generation|(?:error|failed|unable)[\w ]{0,20} pars\w*[\w ]{0,20} (?:tool|function|input|output|response|model)|(?:tool|function) call[\w ]{0,20} (?:could not|cannot|failed to) be parsed/i
/** Characters. Chosen by hand. */
const MAX_QUOTE = 300
/** A host name that can't be resolved. */
const LOOKUP = /^(?:ENOTFOUND|EAI_)/

/** `estimatedTokens`: size of the request; 0: not estimated. */
export function classifyRefusal(
  refusal: ProviderRefusal,
  target: Target,
  estimatedTokens = 0,
): ModelFailure {
  const { status, detail } = refusal
  const { provider, model } = target
  const message = `${provider.title} answered ${status}${quote(detail)}.`
  const words = [detail.code, detail.type, detail.message].join(' ')
  if (isUnreadable(detail)) {
    return { reason: 'invalid_answer', message, hint: 'Try again, or choose another model.' }
  }
  if (isFiltered(status, detail)) return filtered(message, target)
  const sizes = overflowIn(status, detail, estimatedTokens)
  if (sizes) return overflow(message, target, sizes)
  const isSoon =
    status === 429 &&
    (detail.retryMilliseconds !== null || SOON.test(`${detail.message} ${detail.param}`))
  if (status === 402 || (QUOTA.test(words) && !isSoon)) {
    return {
      reason: 'rejected',
      message,
      hint: `Check the credits and the billing of your ${provider.title} account, or choose another model.`,
    }
  }
  if (status !== 429 && status < 500 && status >= 400 && isThrottled(words)) {
    return limited(refusal, message, target)
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
      return limited(refusal, message, target)
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
        : settingHint(`${words} ${detail.param}`, model),
  }
}

function isUnreadable(detail: ErrorDetail): boolean {
  const words = [detail.code, detail.type, detail.message].join(' ')
  return detail.failedGeneration !== '' || UNREADABLE.test(words)
}

function limited(refusal: ProviderRefusal, message: string, { provider }: Target): ModelFailure {
  const isDaily = DAILY.test(`${refusal.detail.message} ${refusal.detail.param}`)
  return {
    reason: 'rate_limited',
    message,
    hint: isDaily
      ? `The quota of the day is used up: wait until ${provider.title} renews it, raise it there, or choose another model.`
      : `Wait a moment and try again, or choose another model; ${provider.title} limits how often it may be asked.`,
    ...retryAfter(refusal),
  }
}

function filtered(message: string, { provider }: Target): ModelFailure {
  return {
    reason: 'filtered',
    message: `The content filter of ${provider.title} refused the request. ${message}`,
    hint: 'Say it in other words, or choose another model.',
  }
}

/** An error with status 200: classified by its real status if it names one, as OpenRouter does. */
export function classifyErrorAnswer(detail: ErrorDetail, target: Target): ModelFailure {
  const status = statusOf(detail)
  if (status !== null) {
    return classifyRefusal({ status, retryAfterMilliseconds: null, detail }, target)
  }
  if (isFiltered(200, detail)) return filtered(messageOf(detail, target), target)
  const message = messageOf(detail, target)
  const sizes = overflowIn(200, detail, 0)
  if (sizes) return overflow(message, target, sizes)
  return { reason: 'invalid_answer', message, hint: 'Try again, or choose another model.' }
}

/** Kinds of errors that Anthropic and OpenAI name in a stream that began successfully. */
const STATUS_BY_KIND: readonly (readonly [RegExp, number])[] = [
  [/\brate_limit(?:_error|_exceeded)\b/, 429],
  [/\boverloaded(?:_error)?\b/, 529],
  [/\b(?:api|server|internal)_error\b/, 500],
  [/\btimeout_error\b/, 504],
  [/\bauthentication_error\b/, 401],
  [/\bpermission_error\b/, 403],
  [/\bbilling_error\b/, 402],
]

function statusOf({ code, type }: ErrorDetail): number | null {
  if (/^(?:401|402|403|408|429|5\d\d)$/.test(code)) return Number(code)
  const [, status = null] = STATUS_BY_KIND.find(([kind]) => kind.test(`${code} ${type}`)) ?? []
  return status
}

function messageOf(detail: ErrorDetail, { format, provider }: Target): string {
  const expected = format === 'embeddings' ? 'embeddings' : 'a completion'
  return `${provider.title} answered with an error instead of ${expected}${quote(detail)}.`
}

export function invalidAnswer(problem: string, target: Target): ModelFailure {
  return {
    reason: 'invalid_answer',
    message: `${target.provider.title} sent ${problem}.`,
    hint: `Try again; if it stays so, check ${target.provider.baseUrlVariable}: ${target.baseUrl} must speak ${FORMATS[target.format]}.`,
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

/** Classifies any error thrown by the network or the client. */
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

function overflow(message: string, target: Target, sizes: OverflowSizes): ModelFailure {
  return {
    reason: 'context_overflow',
    message,
    hint:
      target.format === 'embeddings'
        ? `Choose an embedding model that takes longer texts than ${target.model}.`
        : `Give the agent a smaller context_window than ${target.model} has, or choose a model with a larger one.`,
    ...sizes,
  }
}

function atAddress({ provider, baseUrl }: Target): string {
  return baseUrl === provider.baseUrl ? '' : ` at ${baseUrl}`
}

/** From the headers, or else from the message. */
function retryAfter(refusal: ProviderRefusal): Pick<ModelFailure, 'retryAfterMilliseconds'> {
  const milliseconds = refusal.retryAfterMilliseconds ?? refusal.detail.retryMilliseconds
  return milliseconds === null ? {} : { retryAfterMilliseconds: milliseconds }
}

function quote({ message, code, type }: ErrorDetail): string {
  // The text may be printed to a terminal, so control sequences are removed.
  const text = stripVTControlCharacters(message || code || type)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
  return text === '' ? '' : `: ${excerpt(text, MAX_QUOTE)}`
}

/** ECONNREFUSED and the like are nested several causes deep, and several tried addresses give one AggregateError. */
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
