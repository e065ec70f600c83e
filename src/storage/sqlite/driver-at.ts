import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type DatabaseHandle from 'better-sqlite3'
import { BUNDLED } from './bundled-drivers.ts'

export const isNode20 = Number(process.versions.node.split('.')[0]) < 22

/** The driver at a path that `findDriver` found: its binary with the code of that version in the bundle, if that is there. */
export function driverAt(file: string): typeof DatabaseHandle {
  const folder = dirname(dirname(file))
  const lookUp = createRequire(file)
  const load = BUNDLED[versionOf(folder)]
  if (load === undefined) return lookUp(file)
  const Driver = load()
  const nativeBinding = isNode20
    ? lookUp(join(folder, 'build/Release/better_sqlite3.node'))
    : lookUp('./binding.js').getBinding()
  return class extends Driver {
    constructor(filename?: string | Buffer, options?: DatabaseHandle.Options) {
      super(filename, { ...options, nativeBinding })
    }
  } as unknown as typeof DatabaseHandle
}

/** Empty if there is none. */
export function versionOf(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return String(version)
  } catch {
    return ''
  }
}
