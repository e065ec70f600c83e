import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { findDriver } from '../../src/storage/sqlite/native.ts'
import type { Answer, Order } from './other-process.ts'

export interface OtherProcess {
  order(order: Order): Promise<Answer>
  stop(): Promise<void>
}

/** Bundles `other-process.ts` into the directory; returns the file that `startProcess` runs. */
export async function bundleProcess(directory: string): Promise<string> {
  const outfile = join(directory, 'other-process.cjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./other-process.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // From here it finds what is installed.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    // By its full path: the bundle lies where nothing is installed.
    alias: { 'better-sqlite3': findDriver() },
    external: [findDriver()],
    logLevel: 'warning',
  })
  return outfile
}

/** A process of its own, which carries out one order after the other. */
export async function startProcess(file: string): Promise<OtherProcess> {
  const child = fork(file, { stdio: 'inherit', execArgv: [] })
  await once(child, 'spawn')
  return {
    async order(order) {
      const answered = once(child, 'message')
      child.send(order)
      const [answer] = await answered
      return answer
    },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
