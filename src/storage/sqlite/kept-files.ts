import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A copy kept beside the data, no longer in use. */
export interface KeptFile {
  readonly path: string
  readonly why: 'migration' | 'restore' | 'aside' | 'unfinished'
  readonly bytes: number
  readonly at: Date
}

/** By file ending: copies by migrations and restores, and a -wal put aside. */
const ENDINGS: readonly (readonly [RegExp, KeptFile['why']])[] = [
  [/^\.schema-\d+(\.\d+)?\.bak$/, 'migration'],
  [/^\.[\d.T-]+\.replaced(-wal|-shm)?$/, 'restore'],
  [/^-wal\.[\d.T-]+\.aside$/, 'aside'],
  [/^\.[\d.T-]+\.restore-part(-wal|-shm|-journal)?$/, 'unfinished'],
]

/** Oldest first. */
export function keptFiles(path: string): readonly KeptFile[] {
  const directory = dirname(path)
  if (!existsSync(directory)) return []
  const stem = basename(path)
  return readdirSync(directory)
    .flatMap((name) => {
      const ending = name.startsWith(stem) ? name.slice(stem.length) : ''
      const kind = ENDINGS.find(([pattern]) => pattern.test(ending))
      const found = kind && statSync(join(directory, name), { throwIfNoEntry: false })
      return found?.isFile() && kind
        ? [{ path: join(directory, name), why: kind[1], bytes: found.size, at: found.mtime }]
        : []
    })
    .sort((one, other) => Number(one.at) - Number(other.at))
}

export function removeKept(files: readonly KeptFile[]): void {
  for (const { path } of files) rmSync(path, { force: true })
}
