import { writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { openInside } from '../thread/channel.ts'
import type { ThreadCall, ThreadMessage } from '../thread/messages.ts'
import { guardFiles } from './files.ts'
import { makeHostDevice } from './host-device.ts'
import { loadInterpreter } from './interpreter.ts'
import { KEPT_MEMORY_BYTES } from './limits.ts'
import { takePages, withPages } from './pages.ts'
import { installSeal } from './seal.ts'

/** Names of messages that stay in this thread; host calls have other ones. */
const CALL = '_call'
const REPORT = '_report'

const { folder, snapshot, makeSnapshot, memory } = workerData
const post = (message: ThreadMessage) => parentPort?.postMessage(message)

start().then(
  () => post({ kind: 'ready' }),
  (error: unknown) => post({ kind: 'failed', message: String(error) }),
)

async function start(): Promise<void> {
  if (makeSnapshot === undefined) return serve()
  // The snapshot holds places of imported functions, so they are wrapped here as they are where it is loaded.
  installSeal()
  const { python } = await loadInterpreter({ folder, snapshot: undefined, isForSnapshot: true })
  const made = withPages(() => python.makeMemorySnapshot())
  writeFileSync(makeSnapshot, made, { mode: 0o600 })
}

/** Python's memory and files are put back after each call, so that calls share nothing. */
async function serve(): Promise<void> {
  const channel = openInside(memory)
  const encoder = new TextEncoder()
  const seal = installSeal()
  const { python, module } = await loadInterpreter({ folder, snapshot, isForSnapshot: false })
  let call = ''
  let report: string | undefined
  makeHostDevice(module.FS, (name, args) => {
    if (name === CALL) return encoder.encode(call)
    if (name === REPORT) {
      report ??= args
      return new Uint8Array(0)
    }
    channel.expectAnswer()
    post({ kind: 'request', name, args })
    return channel.waitForAnswer()
  })
  for (const stream of ['stdout', 'stderr'] as const) {
    const write = (bytes: Uint8Array) => {
      channel.write(stream, bytes)
      return bytes.length
    }
    if (stream === 'stdout') python.setStdout({ write })
    else python.setStderr({ write })
  }
  const { malloc, PyRun_SimpleString } = functionsOf(seal.exports)
  const command = encoder.encode('import _recollect\n_recollect.run()\0')
  const runCommand = malloc(command.length)
  module.HEAPU8.set(command, runCommand)
  const files = guardFiles(module.FS)
  const clean = takePages(module.HEAPU8.length)
  clean.set(module.HEAPU8)

  function rewind(): void {
    files.rewind()
    module.HEAPU8.set(clean)
    module.HEAPU8.fill(0, clean.length)
  }

  parentPort?.on('message', (next: ThreadCall) => {
    call = JSON.stringify(next)
    report = undefined
    let trap: unknown
    seal.close()
    try {
      PyRun_SimpleString(runCommand)
    } catch (error) {
      trap = error
    } finally {
      seal.open()
    }
    if (trap !== undefined) return post(trapped(seal.broken, trap))
    const isSpent = module.HEAPU8.length > KEPT_MEMORY_BYTES
    if (!isSpent) rewind()
    post({ kind: 'report', report: report ?? '', isSpent })
  })
}

/** An interpreter that threw is in no state that can be put back. */
function trapped(broken: string | undefined, trap: unknown): ThreadMessage {
  const error =
    broken === undefined
      ? `The code ended the interpreter: ${trap instanceof Error ? trap.message : String(trap)}.`
      : `The code asked for what a tool may not do (${broken}).`
  return { kind: 'report', report: JSON.stringify({ ok: false, error }), isSpent: true }
}

function functionsOf(exports: Readonly<Record<string, unknown>>) {
  const { malloc, PyRun_SimpleString } = exports
  if (typeof malloc !== 'function' || typeof PyRun_SimpleString !== 'function') {
    throw new Error('this version of pyodide has other exports')
  }
  return {
    malloc: (bytes: number): number => malloc(bytes),
    PyRun_SimpleString: (address: number): number => PyRun_SimpleString(address),
  }
}
