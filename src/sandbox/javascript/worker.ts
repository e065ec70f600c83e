/// <reference path="../text-files.d.ts" />
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { EvalFlags, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import { type OutputStream, openInside } from '../thread/channel.ts'
import type { ThreadCall, ThreadMessage } from '../thread/messages.ts'
import { webAssembly } from '../web-assembly.ts'
import { MEMORY_BYTES, STACK_BYTES } from './limits.ts'
import PRELUDE from './prelude.js'

/** Workers get a fresh virtual machine for each call, so nothing has to be rewound. */
const channel = openInside(workerData.memory)
const wasm = new (webAssembly().Module)(readFileSync(workerData.wasm))
const post = (message: ThreadMessage) => parentPort?.postMessage(message)

parentPort?.on('message', (call: ThreadCall) => {
  void run(call).then(post)
})
post({ kind: 'ready' })

async function run(call: ThreadCall): Promise<ThreadMessage> {
  const vm = await QuickJS.create({
    wasm,
    memoryLimit: MEMORY_BYTES,
    maxStackSize: STACK_BYTES,
    timezoneOffset: 0,
    interruptHandler: () => Date.now() > call.deadline,
    moduleLoader: { load: refuseImport },
  })
  try {
    const inside = prelude(vm, call)
    const isScript = call.entry === undefined
    const flags = isScript ? EvalFlags.ASYNC : EvalFlags.TYPE_MODULE
    inside.start(vm.evalCode(call.code, 'tool.ts', flags), isScript ? vm.true : vm.false)
    for (;;) {
      vm.executePendingJobs()
      const report = inside.settled()
      if (report !== undefined) return { kind: 'report', report, isSpent: false }
      if (!inside.fireTimer()) {
        return failure('The function waits for a promise that nothing will settle.')
      }
    }
  } catch (error) {
    return describeThrown(error, call)
  } finally {
    vm.dispose()
  }
}

function refuseImport(name: string): never {
  throw new Error(`"${name}" can't be imported: a tool has JavaScript itself, and no packages.`)
}

/** Names of errors that code can't catch, and of those in the evaluation of a script or module. */
function describeThrown(error: unknown, call: ThreadCall): ThreadMessage {
  if (Date.now() > call.deadline) return { kind: 'timeout' }
  if (!(error instanceof Error)) return failure(String(error))
  const { message, stack } = error
  if (/out of memory/.test(message)) {
    return failure(`The code used more than ${MEMORY_BYTES / 2 ** 20} MB of memory.`)
  }
  if (error.name === 'RuntimeError') return failure(`The code ended the interpreter: ${message}.`)
  const line = /tool\.ts:(\d+)/.exec(stack ?? '')?.[1]
  return failure(`${error.name}: ${message}`, line === undefined ? undefined : Number(line))
}

function failure(error: string, line?: number): ThreadMessage {
  return { kind: 'report', report: JSON.stringify({ ok: false, error, line }), isSpent: false }
}

function prelude(vm: QuickJS, call: ThreadCall) {
  const ask = vm.newFunction('ask', (name, args) => {
    channel.expectAnswer()
    post({ kind: 'request', name: textOf(name), args: textOf(args) })
    return vm.newString(new TextDecoder().decode(channel.waitForAnswer()))
  })
  const encoder = new TextEncoder()
  const write = vm.newFunction('write', (stream, text) => {
    const target: OutputStream = textOf(stream) === 'stderr' ? 'stderr' : 'stdout'
    channel.write(target, encoder.encode(textOf(text)))
    return vm.undefined
  })
  const { code: _code, deadline: _deadline, ...setup } = call
  const make = vm.evalCode(PRELUDE, 'prelude.js')
  const made = vm.callFunction(make, vm.undefined, ask, write, vm.newString(JSON.stringify(setup)))
  const [start, settled, fireTimer] = ['start', 'settled', 'fireTimer'].map((name) =>
    made.getProp(name),
  )
  const invoke = (method: JSValueHandle | undefined, ...args: JSValueHandle[]) =>
    vm.callFunction(method ?? vm.undefined, vm.undefined, ...args)
  return {
    start: (promise: JSValueHandle, isScript: JSValueHandle) => invoke(start, promise, isScript),
    fireTimer: () => invoke(fireTimer).toBoolean(),
    settled: () => {
      const report = invoke(settled)
      return report.isString ? report.toString() : undefined
    },
  }
}

function textOf(handle: JSValueHandle | undefined): string {
  return handle?.isString ? handle.toString() : ''
}
