import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates a directory and its missing parents, for this user only. Node's recursive mkdir loops forever if the system
 * reports ENOENT for a directory whose parent exists, as below /proc.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let at = path; !isDirectory(at); at = dirname(at)) missing.push(at)
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory, { mode: 0o700 })
    } catch (error) {
      // Another process that starts at the same time may have created it.
      if (!isDirectory(directory)) throw error
    }
  }
}

/** The root is a directory, so walking up ends. */
function isDirectory(path: string): boolean {
  return dirname(path) === path || isThere(path)
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch {
    // A file is in the way; the following mkdir reports it.
    return false
  }
}
