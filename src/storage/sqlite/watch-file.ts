import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { UserError } from '../../core/errors.ts'
import { HEADER_BYTES, readStamp } from './generation.ts'
import type { Tell } from './settle-files.ts'

/**
 * Sees that the data is still where this process has it open. What is written into a file that was removed or replaced
 * is lost, however well that goes.
 */
export interface FileWatch {
  /** Throws a UserError, from the moment on when it was noticed. */
  assertThere(): void
  look(): void
  /** The file itself is no longer the one that was opened, whatever became of those beside it. */
  readonly isReplaced: boolean
  close(): void
}

/** Of files that SQLite has open, so that all of them exist. */
export function watchFile(path: string, generation: number, tell: Tell): FileWatch {
  const files = [path, `${path}-wal`, `${path}-shm`].map((name) => ({ name, id: identify(name) }))
  // To close it takes away the locks that SQLite holds, so it stays open as long as they are needed.
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
    // A directory above it can't be entered any more.
    return undefined
  }
}

function generationOf(file: number): number | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  readSync(file, header, 0, HEADER_BYTES, 0)
  return readStamp(header)?.generation
}
