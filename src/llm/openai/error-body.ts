import { isDeeper } from '../../core/is-deeper.ts'
import { isRecord } from '../../core/is-record.ts'
/** What a server says went wrong, out of the several shapes in which servers say it. */
export interface ErrorDetail {
  readonly message: string
  readonly code: string
  readonly type: string
}

/** More says nothing, and patterns are looked for in it. */
const LONGEST = 4_096
const MOST_LEVELS = 100

export const NO_DETAIL: ErrorDetail = { message: '', code: '', type: '' }

/**
 * `{error: {message, code, type}}` (OpenAI), `{error: "text"}` (Ollama), `[{error: …}]` (Google),
 * `{object: "error", message, …}` (vLLM, Mistral), `{detail: …}` (FastAPI); null: no error in it.
 */
export function readErrorBody(body: unknown): ErrorDetail | null {
  const first: unknown = Array.isArray(body) ? body[0] : body
  if (!isRecord(first)) return null
  const { error } = first
  if (typeof error === 'string')
    return { ...NO_DETAIL, message: toText(error), code: toText(first.code) }
  if (isRecord(error)) return toDetail(error)
  if (first.object === 'error' || typeof first.message === 'string') return toDetail(first)
  if (first.detail !== undefined) return { ...NO_DETAIL, message: toText(first.detail) }
  return null
}

function toDetail(error: Readonly<Record<string, unknown>>): ErrorDetail {
  return {
    message: toText(error.message),
    code: toText(error.code),
    type: toText(error.type ?? error.status),
  }
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, LONGEST)
  if (value === undefined || value === null || isDeeper(value, MOST_LEVELS)) return ''
  return JSON.stringify(value).slice(0, LONGEST)
}
