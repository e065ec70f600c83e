import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The build writes these files next to the bundle; in a checkout they are among what `npm run generate` writes. */
const FOLDERS = ['sandbox', '../generated/sandbox']

/** Path of a file that a thread needs: its script, or the runtime of its language. */
export function sandboxFile(name: string): string {
  // In the bundle this is a path, not a URL.
  const own = import.meta.url.startsWith('file:') ? fileURLToPath(import.meta.url) : import.meta.url
  const paths = FOLDERS.map((folder) => join(dirname(own), folder, name))
  const found = paths.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`there is no ${paths.join(' or ')}`)
  return found
}

/** Folder of an installed package; undefined if it is not installed. */
export function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}
