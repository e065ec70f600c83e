import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { UserError } from '../../core/errors.ts'
import { HEADER_BYTES, readStamp } from './generation.ts'
import type { Tell } from './settle-files.ts'

/**
 * Checks that the data is still at the path from which this process opened it. Writes to a deleted or replaced file
 * would be lost silently.
 */
export interface FileWatch {
  /** Throws UserError once the loss was noticed. */
  assertThere(): void
  look(): void
  /** The main file is no longer the one that was opened. */
  readonly isReplaced: boolean
  close(): void
}

/** Call it after SQLite has opened the files, so that all of them exist. */
export function watchFile(path: string, generation: number, tell: Tell): FileWatch {
  const files = [path, `${path}-wal`, `${path}-shm`].map((name) => ({ name, id: identify(name) }))
  // Kept open: closing it would drop SQLite's POSIX locks on the file.
  const file = openSync(path, 'r')
  const generations = new Set([generation, generationOf(file)])
  let gone: string | undefined
  let isOpen = true
  let isReplaced = false

  function look(): void {
    if (gone !== undefined || !isOpen) return
    const missing = files.find(({ name, id }) => identify(name) !== id)
    const isOther = !generations.has(generationOf(file))
    if (!missing && !isOther) return
    isReplaced = isOther || missing?.name === path
    gone = missing?.name ?? path
    tell(
      `${gone} was removed or replaced while this server has it open. Nothing is written any more; restart the server, which then serves what is there.`,
    )
  }

  return {
    look,
    assertThere() {
      look()
      if (gone === undefined) return
      throw new UserError(
        'unsupported',
        'The data file was removed or replaced while this server runs, and what is written now would be lost, so nothing was. ' +
          'Restart the server; it then serves what is in that place.',
      )
    },
    get isReplaced() {
      return isReplaced
    },
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

function identify(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false, bigint: true })
    return found && `${found.dev} ${found.ino}`
  } catch {
    // A parent directory is no longer accessible.
    return undefined
  }
}

function generationOf(file: number): number | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  readSync(file, header, 0, HEADER_BYTES, 0)
  return readStamp(header)?.generation
}
