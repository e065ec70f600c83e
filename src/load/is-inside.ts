import { sep } from 'node:path'

/** Whether a path is the folder or in it. Both are absolute and without links. Pure. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}
