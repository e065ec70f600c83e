import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'

/** Whether a path is the folder or in it. Both are absolute and without links. Pure. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

/** Whether a path without links is in one of the folders, as they are now. */
export async function isWithin(path: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const real = await realpath(root).catch(() => undefined)
    if (real === undefined) continue
    if (isInside(path, real)) return true
  }
  return false
}
