import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { UserError } from './errors.ts'

const CODES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EAGAIN',
  'SQLITE_NOMEM',
  // A thread could not be started.
  'ERR_WORKER_INIT_FAILED',
  'ERR_MEMORY_ALLOCATION_FAILED',
])
const ALLOCATION = /allocat/i
/** Messages of the C library, for errors that arrive without a code. */
const WORDINGS = /too many open files|cannot allocate memory|resource temporarily unavailable/i

/** The process or machine is out of file handles, memory or threads. Temporary, and not caused by the work at hand. */
export function isExhausted(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isExhausted)
  if (CODES.has(codeOf(error))) return true
  if (error instanceof RangeError && ALLOCATION.test(error.message)) return true
  if (!(error instanceof UserError) && WORDINGS.test(error.message)) return true
  return isExhausted(error.cause)
}

/** The same as a message for people and models. */
export function exhaustedError(error: unknown): UserError {
  const code = error instanceof Error ? codeOf(error) : ''
  return new UserError(
    'busy',
    `The server has no file handles, memory or threads left for this${code && ` (${code})`}. Try again in a moment; if it stays so, raise the limits of its process.`,
    { cause: error },
  )
}

/**
 * Without free file handles some calls fail with unrelated errors: a DNS lookup, for example, reports an unknown host.
 */
export function hasNoFileHandles(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return false
  } catch (error) {
    return isExhausted(error)
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
