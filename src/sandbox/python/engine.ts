import { Unavailable } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { packageFolder, sandboxFile } from '../files.ts'
import type { Engine } from '../thread/engine.ts'
import { findSnapshot } from './snapshot.ts'

export interface PythonOptions {
  readonly log: Log
  readonly cacheFolder: string | undefined
}

export function createPythonEngine({ log, cacheFolder }: PythonOptions): Engine {
  const file = () => sandboxFile('python.cjs')
  let snapshot: Promise<string | undefined> | undefined

  return {
    // Chosen by hand: a thread takes some 100 MB.
    maxThreads: 2,
    async prepare() {
      const folder = packageFolder('pyodide')
      if (folder === undefined) {
        throw new Unavailable(
          'Python tools need the package pyodide, which is not installed here. Have the operator run: npm install --global pyodide@314.0.7. Or write the tool in TypeScript.',
        )
      }
      snapshot ??= findSnapshot({ folder, file: file(), cacheFolder, log })
      return {
        file: file(),
        data: { folder, snapshot: await snapshot },
        heapMegabytes: 256,
        graceMilliseconds: 0,
      }
    },
    // Python's errors already name lines, and nothing has to be rewritten.
    async program(source) {
      return { code: source, parameters: [] }
    },
  }
}
