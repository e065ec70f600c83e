import { refuseDeepNesting } from '../../source/nesting.ts'
import { sandboxFile } from '../files.ts'
import type { Engine } from '../thread/engine.ts'

export function createJavaScriptEngine(): Engine {
  return {
    // Chosen by hand: a thread takes some 15 MB while idle, and calls mostly wait for the server.
    maxThreads: 4,
    async prepare() {
      return {
        file: sandboxFile('javascript.cjs'),
        data: { wasm: sandboxFile('quickjs.wasm') },
        heapMegabytes: 64,
        // The interpreter stops loops of JavaScript at the deadline; loops inside a built-in function end with the thread.
        graceMilliseconds: 250,
      }
    },
    async program(source, entry) {
      const { typescriptProgram } = await import('../../source/typescript/program.ts')
      return refuseDeepNesting(() => typescriptProgram(source, entry))
    },
  }
}
