import { isDeeper } from '../../core/is-deeper.ts'
import { isRecord } from '../../core/is-record.ts'
import type { Fields } from './fields.ts'

/** A server's error, read from any of the common formats. */
export interface ErrorDetail {
  readonly message: string
  readonly code: string
  readonly type: string
  /** The parameter that it names, and all other details besides the message, as text. */
  readonly param: string
  /** The pause that it asks for, if the body says so. */
  readonly retryMilliseconds: number | null
  /** The model's output, if the server could not parse it. */
  readonly failedGeneration: string
}

export const NO_DETAIL: ErrorDetail = {
  message: '',
  code: '',
  type: '',
  param: '',
  retryMilliseconds: null,
  failedGeneration: '',
}

/** Each gateway on the way may wrap the error in another. Chosen by hand. */
const MAX_DEPTH = 4
/** More text adds nothing and makes the pattern search slower. Chosen by hand. */
const LONGEST = 4_096
/** Chosen by hand. */
const MAX_LEVELS = 100

/**
 * `{error: {message, code, type}}` (OpenAI), `{error: "text"}` (Ollama), `[{error: …}]` (Google),
 * `{object: "error", message, …}` (vLLM, Mistral), `{detail: …}` (FastAPI), `{errors: […]}`; null: no error in it.
 */
export function readErrorBody(body: unknown, depth = 0): ErrorDetail | null {
  const first: unknown = Array.isArray(body) ? body[0] : body
  if (!isRecord(first) || depth > MAX_DEPTH) return null
  const { error, errors } = first
  if (typeof error === 'string') return toDetail({ ...first, message: error }, depth)
  if (isRecord(error)) return toDetail(error, depth)
  if (Array.isArray(errors) && errors.length > 0) {
    return readErrorBody({ error: errors[0] }, depth + 1)
  }
  if (first.object === 'error' || typeof first.message === 'string') return toDetail(first, depth)
  const text = first.detail ?? first.error_msg ?? first.msg
  return text === undefined ? null : toDetail({ ...first, message: text }, depth)
}

function toDetail(error: Fields, depth: number): ErrorDetail {
  const own = toText(error.message)
  const inner = readInner(own, depth) ?? readUpstream(error, depth)
  const message = inner ? joined(isRecord(parse(own)) ? '' : own, inner.message) : own
  return {
    message,
    code: toText(error.code ?? error.error_code),
    type: [toText(error.type ?? error.status), inner?.code, inner?.type, ...reasonsOf(error)]
      .filter((part) => part)
      .join(' '),
    param: [toText(error.param), detailsOf(error), inner?.param].filter((part) => part).join(' '),
    retryMilliseconds: retryInfo(error) ?? inner?.retryMilliseconds ?? retryInText(message),
    failedGeneration: generationOf(error) || (inner?.failedGeneration ?? ''),
  }
}

/** Not shortened: a call that was cut could be mistaken for another one. */
function generationOf({ failed_generation: written }: Fields): string {
  return typeof written === 'string' ? written : ''
}

/** OpenRouter puts the error of the provider behind it into `metadata.raw`. */
function readUpstream({ metadata }: Fields, depth: number): ErrorDetail | null {
  if (!isRecord(metadata)) return null
  const { raw } = metadata
  if (isRecord(raw) || Array.isArray(raw)) return readErrorBody(raw, depth + 1)
  if (typeof raw !== 'string' || raw.trim() === '') return null
  return readInner(raw, depth) ?? { ...NO_DETAIL, message: raw.trim() }
}

function readInner(text: string, depth: number): ErrorDetail | null {
  return /^\s*[[{]/.test(text) ? readErrorBody(parse(text), depth + 1) : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function joined(outer: string, inner: string): string {
  if (outer === '' || inner.includes(outer)) return inner
  return inner === '' || outer.includes(inner)
    ? outer
    : `${outer.replace(/[.:\s]+$/, '')}: ${inner}`
}

/** Names of filters and their categories, as reported by Azure and OpenRouter. */
function reasonsOf({ innererror, metadata }: Fields): readonly string[] {
  const inner = isRecord(innererror) ? innererror : {}
  const result = inner.content_filter_result ?? inner.content_filter_results
  const categories = Object.entries(isRecord(result) ? result : {}).flatMap(([name, found]) =>
    isRecord(found) && found.filtered === true ? [name] : [],
  )
  const reasons = isRecord(metadata) && Array.isArray(metadata.reasons) ? metadata.reasons : []
  return [toText(inner.code), ...categories, ...reasons.map(toText)]
    .filter((part) => part !== '')
    .concat(reasons.length > 0 ? ['moderation'] : [])
}

/** Characters. Chosen by hand. */
const MAX_DETAILS = 2_000

function detailsOf({ details, loc }: Fields): string {
  return [details, loc].map(toText).join(' ').trim().slice(0, MAX_DETAILS)
}

/** `google.rpc.RetryInfo`. */
function retryInfo({ details, retry_after: seconds }: Fields): number | null {
  const entries: readonly unknown[] = Array.isArray(details) ? details : []
  for (const entry of entries) {
    if (isRecord(entry) && typeof entry.retryDelay === 'string') {
      return durationOf(entry.retryDelay)
    }
  }
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1_000 : null
}

const DURATION = String.raw`(?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|hours?|h|minutes?|mins?|m|seconds?|secs?|s)\b\s*)+`
const RETRY = new RegExp(
  String.raw`(?:try again|retry|wait|reset)\w*[^.\d]{0,40}(${DURATION})`,
  'i',
)

/** "Please try again in 1m30.5s." */
function retryInText(message: string): number | null {
  const written = RETRY.exec(message)?.[1]
  return written === undefined ? null : durationOf(written)
}

function durationOf(text: string): number | null {
  let milliseconds = 0
  let isAny = false
  for (const [, number, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    isAny = true
    milliseconds += Number(number) * millisecondsOf(unit.toLowerCase())
  }
  return isAny ? milliseconds : null
}

function millisecondsOf(unit: string): number {
  if (unit.startsWith('ms') || unit.startsWith('milli')) return 1
  if (unit.startsWith('h')) return 3_600_000
  return unit.startsWith('m') ? 60_000 : 1_000
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, LONGEST)
  if (value === undefined || value === null || isDeeper(value, MAX_LEVELS)) return ''
  return JSON.stringify(value).slice(0, LONGEST)
}
