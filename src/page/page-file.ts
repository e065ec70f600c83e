import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../core/errors.ts'

const NAME = 'page.html'

/**
 * Reads the page as the build made it: beside the bundle, or in `dist` when run from source. It is read when somebody
 * asks for it and then kept, because it changes only with the program. Throws a UserError if it was not built.
 */
export function createPageFile(): () => Promise<string> {
  let reading: Promise<string> | undefined
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

async function read(): Promise<string> {
  const folder = dirname(ownFile())
  const path = [join(folder, NAME), join(folder, '../../dist', NAME)].find(existsSync)
  if (path !== undefined) return readFile(path, 'utf8')
  throw new UserError(
    'unsupported',
    'The page was not built: dist/page.html is missing. Run npm run build.',
  )
}

/** The bundle puts a path where modules have the URL of their file. */
function ownFile(): string {
  const url = import.meta.url
  return url.startsWith('file:') ? fileURLToPath(url) : url
}
