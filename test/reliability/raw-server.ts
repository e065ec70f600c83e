import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/* The built program over stdio, without anything of a test runner, so that scripts can use it, too. */

const BINARY =
  process.env.RECOLLECT_BIN ?? fileURLToPath(new URL('../../dist/recollect.cjs', import.meta.url))
const PATIENCE_MILLISECONDS = 60_000

export interface RawResult {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: each caller knows the shape that it asks for
  readonly data: any
}

export interface RawServer {
  readonly process: ChildProcessWithoutNullStreams
  errors(): string
  call(name: string, args: object): Promise<RawResult>
  kill(): Promise<void>
  stop(): Promise<void>
}

export function environmentAt(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? '/tmp/recollect-test-cache',
    RECOLLECT_HOME: home,
    RECOLLECT_MODEL: 'offline/rehearsal',
    OLLAMA_HOST: '127.0.0.1:1',
    RECOLLECT_LEASE_SECONDS: '2',
  }
}

export function runRaw(home: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [BINARY, ...args], {
    env: environmentAt(home),
    encoding: 'utf8',
    timeout: PATIENCE_MILLISECONDS,
  })
}

export function spawnRaw(home: string, ...args: readonly string[]) {
  return spawn(process.execPath, [BINARY, ...args], { env: environmentAt(home) })
}

export async function startRawServer(home: string): Promise<RawServer> {
  const child = spawnRaw(home, 'stdio')
  const waiting = new Map<
    number,
    (message: { result?: never; error?: { message: string } }) => void
  >()
  let rest = ''
  let errors = ''
  let last = 0
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line)
      waiting.get(message.id)?.(message)
    }
  })
  child.stderr.on('data', (piece) => {
    errors += piece
  })
  const over = once(child, 'exit')
  const ask = (method: string, params: object) => {
    last += 1
    const id = last
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return Promise.race([
      new Promise<{ result?: never; error?: { message: string } }>((resolve) =>
        waiting.set(id, resolve),
      ),
      over.then(() => {
        throw new Error(`the server ended: ${errors.slice(0, 500)}`)
      }),
      pause(PATIENCE_MILLISECONDS, undefined, { ref: false }).then(() => {
        throw new Error(`no answer to ${method}: ${errors.slice(0, 500)}`)
      }),
    ])
  }
  const client = { name: 'raw', version: '0' }
  await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client })
  return {
    process: child,
    errors: () => errors,
    async call(name, args) {
      const { result, error } = await ask('tools/call', { name, arguments: args })
      // biome-ignore lint/suspicious/noExplicitAny: as it comes over the wire
      const answered = result as any
      return {
        isError: error !== undefined || answered.isError === true,
        text: error?.message ?? answered.content[0].text,
        data: answered?.structuredContent,
      }
    },
    async kill() {
      child.kill('SIGKILL')
      await over
    },
    async stop() {
      child.stdin.end()
      await over
    },
  }
}
