import { type ErrorCode, UserError } from '../../core/errors.ts'
import { exhaustedError, isExhausted } from '../../core/exhausted.ts'
import { describeError, type Log } from '../../core/log.ts'
import { BodyError } from '../../http/read-body.ts'

/** An error answer: its status, its body, and whether the client may send the request again. */
export interface Refused {
  readonly status: number
  readonly body: object
  readonly mayRepeat: boolean
}

/** A refusal that is more than its text. */
export class RestError extends Error {
  readonly refused: Refused

  constructor(status: number, body: { readonly detail: unknown }) {
    super(typeof body.detail === 'string' ? body.detail : JSON.stringify(body.detail))
    this.refused = { status, body, mayRepeat: false }
  }
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  not_found: 404,
  invalid_argument: 422,
  limit_exceeded: 422,
  conflict: 409,
  read_only: 403,
  unauthorized: 403,
  unsupported: 501,
  busy: 503,
  model_unavailable: 502,
  storage_full: 507,
  internal: 500,
}

/** Details of a fault of our own go to the log only. */
export function refusedBy(error: unknown, log: Log): Refused {
  if (error instanceof RestError) return error.refused
  if (error instanceof BodyError) return plain(error.status, error.message)
  if (error instanceof UserError) return ofUser(error)
  if (isExhausted(error)) return ofUser(exhaustedError(error))
  log('error', 'a REST request failed', {
    error: describeError(error),
    ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
  })
  return plain(
    500,
    'Recollect failed on this request because of a fault of its own, written to its log. Look at the present state before you try again.',
  )
}

function ofUser({ code, message }: UserError): Refused {
  return { ...plain(STATUS[code], message), mayRepeat: code === 'busy' }
}

export function plain(status: number, detail: string): Refused {
  return { status, body: { detail }, mayRepeat: false }
}
