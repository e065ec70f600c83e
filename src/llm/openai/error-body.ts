import { isRecord } from '../../core/is-record.ts'
/** What a server says went wrong, out of the several shapes in which servers say it. */
export interface ErrorDetail {
  readonly message: string
  readonly code: string
  readonly type: string
}

export const NO_DETAIL: ErrorDetail = { message: '', code: '', type: '' }

/**
 * `{error: {message, code, type}}` (OpenAI), `{error: "text"}` (Ollama), `[{error: …}]` (Google),
 * `{object: "error", message, …}` (vLLM, Mistral), `{detail: …}` (FastAPI); null: no error in it.
 */
export function readErrorBody(body: unknown): ErrorDetail | null {
  const first: unknown = Array.isArray(body) ? body[0] : body
  if (!isRecord(first)) return null
  const { error } = first
  if (typeof error === 'string') return { ...NO_DETAIL, message: error, code: toText(first.code) }
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
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
