import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../files.ts'

/** Version of the installed package `pyodide`; undefined: it is not installed. */
export function pythonVersion(): string | undefined {
  const folder = packageFolder('pyodide')
  if (folder === undefined) return undefined
  const { version }: { readonly version?: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  return version
}
