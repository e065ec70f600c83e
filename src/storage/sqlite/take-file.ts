import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { cannotOpen, createFile } from './connections.ts'
import { type Hold, holdData } from './hold.ts'
import { makeDirectory } from './make-directory.ts'
import { finishRestore } from './restore.ts'
import { settleFiles, type Tell } from './settle-files.ts'

/** Takes the hold on the data, creates a missing file, and handles leftovers of a crash or a manual copy. */
export async function takeFile(path: string, tell: Tell): Promise<Hold> {
  try {
    makeDirectory(dirname(path))
  } catch (error) {
    throw cannotOpen(path, error)
  }
  const hold = await holdData(path)
  try {
    if (hold.isAlone) {
      finishRestore(path, tell)
      settleFiles(path, new Date(), tell)
    }
    createFile(path)
    return hold
  } catch (error) {
    hold.release()
    throw cannotOpen(path, error)
  }
}

/** As on Linux. */
const MAX_LINKS = 40

/** Target of a symbolic link: SQLite keeps -wal and -shm beside the target. */
export function followLinks(path: string, links = 0): string {
  if (!isLink(path) || links > MAX_LINKS) return path
  return followLinks(resolve(dirname(path), readlinkSync(path)), links + 1)
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  } catch {
    // The error appears when the file is opened.
    return false
  }
}
