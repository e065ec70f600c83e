import { UserError } from '../../core/errors.ts'
import { exhaustedError, isExhausted } from '../../core/exhausted.ts'

/** The connection was lost during COMMIT: the transaction may or may not have committed. */
export class CommitUnknown extends Error {
  readonly transactionId: string

  constructor(transactionId: string, cause: unknown) {
    super('the connection was lost at COMMIT', { cause })
    this.transactionId = transactionId
  }
}

/** A conflict with another transaction. Nothing was written; a retry may succeed. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(codeOf(error)) || isLostStatement(error)
}

/**
 * A named statement is not there, or there already, as behind a pooler; or its tables were changed by a migration since it
 * was prepared.
 */
export function isLostStatement(error: unknown): boolean {
  const code = codeOf(error)
  if (['26000', '42P05'].includes(code)) return true
  return code === '0A000' && error instanceof Error && /cached plan/.test(error.message)
}

/**
 * A constraint failed because another transaction wrote between a read and a write: a row appeared or vanished. A retry
 * sees the new state.
 */
export function isConstraint(error: unknown): boolean {
  return ['23505', '23503'].includes(codeOf(error))
}

const SOCKET_ERRORS = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]
/** The server is stopping, has crashed, is starting, or has no free connection. */
const SERVER_ERRORS = ['57P01', '57P02', '57P03', '57P05', '25P03', '53300']
/** Out of memory, at a configured limit, or an operating system error. */
const SHORTAGES = ['53000', '53200', '53400', '58000', '58030']
const WORDINGS =
  /connection terminated|not queryable|connection error|timeout exceeded when trying to connect|client was closed|server conn crashed|server closed/i

/** There is no usable connection. */
export function isDisconnection(error: unknown): boolean {
  const code = codeOf(error)
  if (code.startsWith('08') || SERVER_ERRORS.includes(code) || SOCKET_ERRORS.includes(code)) {
    return true
  }
  // A host with several addresses fails with one error per address.
  if (error instanceof AggregateError) return error.errors.some(isDisconnection)
  return code === '' && error instanceof Error && WORDINGS.test(error.message)
}

/** Turns errors that the user can fix into UserError; others stay as they are. */
export function inWords(error: unknown): unknown {
  const code = codeOf(error)
  if (error instanceof CommitUnknown) {
    return new UserError(
      'busy',
      'The connection to the database was lost during the commit, so this may or may not be stored. Check before you try again.',
      { cause: error },
    )
  }
  if (isConflict(error)) {
    return new UserError(
      'busy',
      'Too many concurrent writes to the same data. Try again in a moment.',
      { cause: error },
    )
  }
  if (isDisconnection(error)) {
    return new UserError(
      'busy',
      `The database can't be reached (${code || 'connection lost'}). Check that PostgreSQL runs and RECOLLECT_DATABASE_URL is right, then try again.`,
      { cause: error },
    )
  }
  if (isRefusal(code)) {
    const said = error instanceof Error ? error.message : ''
    return new UserError(
      'unsupported',
      `PostgreSQL refuses (${said}). Check user, password and database in RECOLLECT_DATABASE_URL; the user must own the database, or be allowed to create in its schema.`,
      { cause: error },
    )
  }
  if (code === '57014') {
    return new UserError(
      'busy',
      'The database took too long for this, and nothing of it was stored. Try again in a moment.',
      { cause: error },
    )
  }
  if (SHORTAGES.includes(code)) {
    return new UserError(
      'busy',
      `PostgreSQL has no memory or other means left for this (${code}); nothing of it was stored. Try again in a moment.`,
      { cause: error },
    )
  }
  if (code === '53100') {
    return new UserError(
      'storage_full',
      'The disk that holds the database is full; nothing of this call was stored. Free some space and try again.',
      { cause: error },
    )
  }
  if (code === '25006') {
    return new UserError(
      'busy',
      'The database only reads at the moment, as a standby does; nothing was stored. Try again when it writes, or name its primary in RECOLLECT_DATABASE_URL.',
      { cause: error },
    )
  }
  return isExhausted(error) ? exhaustedError(error) : error
}

/** The user, database or permissions were refused. */
function isRefusal(code: string): boolean {
  return code.startsWith('28') || ['3D000', '3F000', '42501'].includes(code)
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}
