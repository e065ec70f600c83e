import { UserError } from '../../core/errors.ts'
import { exhaustedError, hasNoFileHandles, isExhausted } from '../../core/exhausted.ts'

/** The error for data that SQLite finds damaged. */
export function damaged(cause?: unknown): UserError {
  return new UserError(
    'unsupported',
    'The data file is damaged, so this could not be done; nothing of it was stored. Stop the servers on it and run ' +
      'recollect doctor, which tells what is damaged; then bring back a backup with recollect restore <file>, or copy out ' +
      'what can still be read with recollect salvage <damaged> <new>.',
    { cause },
  )
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
}

/** Nothing that is stored is too big for SQLite, unless a damaged page says that it is. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_CORRUPT') || ['SQLITE_NOTADB', 'SQLITE_TOOBIG'].includes(code)
}

/** No space or quota left for the file; errors of the shared-memory file do not count. */
export function isFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(codeOf(error))
}

export function diskFull(cause: unknown): UserError {
  return new UserError(
    'storage_full',
    'The disk that holds the data is full; nothing of this call was stored. Free some space and try again.',
    { cause },
  )
}

/** Turns errors that the user can fix into UserError; others stay as they are. */
export function inWords(error: unknown): unknown {
  if (isBusy(error)) {
    return new UserError(
      'busy',
      'Another process keeps the database locked. Try again in a moment.',
      { cause: error },
    )
  }
  if (isFull(error)) return diskFull(error)
  if (isDamage(error)) return damaged(error)
  const code = codeOf(error)
  if (code.startsWith('SQLITE_READONLY')) {
    return new UserError(
      'unsupported',
      `The data can only be read here (${code}); nothing of this call was stored. Check the rights on the data directory and whether its disk is mounted read-only, or set RECOLLECT_READ_ONLY=1.`,
      { cause: error },
    )
  }
  // SQLite opens further files at times, and does not say why that failed.
  if (isExhausted(error) || (code.startsWith('SQLITE_CANTOPEN') && hasNoFileHandles())) {
    return exhaustedError(error)
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) {
    return new UserError(
      'unsupported',
      `The data file can't be read or written (${code}). Check the disk and the rights on the data directory, then try again.`,
      { cause: error },
    )
  }
  return error
}
