import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { TRANSFORMERS } from './transformers.ts'

/** Its next major version may work otherwise. */
const VERSION = 4

/**
 * URL of the package's entry, beside Recollect or in the folder of models, where it can be put however Recollect was
 * installed; undefined: it is in neither.
 */
export function findPackage(models: string): string | undefined {
  for (const from of [join(models, 'package.json'), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve(TRANSFORMERS)).href
    } catch {
      // The next one may have it.
    }
  }
  return undefined
}

/** The command that installs the package where `findPackage` looks first. */
export function installCommand(models: string): string {
  return `npm install --prefix "${models}" ${TRANSFORMERS}@${VERSION}`
}
