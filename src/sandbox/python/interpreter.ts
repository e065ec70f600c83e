/// <reference path="../text-files.d.ts" />
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { loadPyodide, PyodideInterface } from 'pyodide'
import AGENT from './agent.py'
import BOOT from './boot.py'
import type { EmscriptenModule } from './emscripten.ts'
import HOST from './host.py'
import { readIntoPages } from './pages.ts'
import PYDANTIC from './pydantic.py'
import REQUESTS from './requests.py'
import RUN from './run.py'
import VALUES from './values.py'

export interface InterpreterOptions {
  /** Where the package `pyodide` is installed. */
  readonly folder: string
  /** File of a snapshot to start from. */
  readonly snapshot: string | undefined
  /** Whether a snapshot is to be made of it. */
  readonly isForSnapshot: boolean
}

export interface Interpreter {
  readonly python: PyodideInterface
  readonly module: EmscriptenModule
}

/** Python with our modules loaded. A start takes seconds of a processor, one from a snapshot a tenth of that. */
export async function loadInterpreter(options: InterpreterOptions): Promise<Interpreter> {
  const { folder, snapshot, isForSnapshot } = options
  const library: { readonly loadPyodide: typeof loadPyodide } = await import(
    pathToFileURL(join(folder, 'pyodide.mjs')).href
  )
  const python = await library.loadPyodide({
    indexURL: folder + sep,
    env: { HOME: '/tmp', TZ: 'UTC' },
    ...(isForSnapshot && { _makeSnapshot: true }),
    ...(snapshot !== undefined && { _loadSnapshot: readIntoPages(snapshot) }),
  })
  if (snapshot === undefined) {
    const texts = {
      _recollect: [HOST, AGENT, VALUES, RUN].join('\n'),
      pydantic: PYDANTIC,
      requests: REQUESTS,
    }
    python.runPython(
      `${BOOT}\n_boot(__import__('json').loads(${JSON.stringify(JSON.stringify(texts))}))`,
    )
  }
  return { python, module: moduleOf(python) }
}

/** Undeclared, and what the sandbox needs: the file system and the memory. */
function moduleOf(python: PyodideInterface): EmscriptenModule {
  return (python as unknown as { readonly _module: EmscriptenModule })._module
}
