import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory, and those above it that are missing, for this user alone. Node's own recursive mkdir never ends
 * where the system says "no such file" of a directory whose parent exists, as below /proc.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let at = path; !isDirectory(at); at = dirname(at)) missing.push(at)
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory, { mode: 0o700 })
    } catch (error) {
      // Another process that starts at the same time may have made it.
      if (!isDirectory(directory)) throw error
    }
  }
}

/** The root is one, so whoever goes up from anywhere comes to an end. */
function isDirectory(path: string): boolean {
  return dirname(path) === path || isThere(path)
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch {
    // A file stands in the way; to make the directory says so.
    return false
  }
}
