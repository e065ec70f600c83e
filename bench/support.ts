import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Where `npm run bench` starts. */
export const BINARY = join(process.cwd(), 'dist/recollect.cjs')

export interface StdioClient {
  initialize(): Promise<unknown>
  readonly pid: number
  request(method: string, params: unknown): Promise<Record<string, unknown>>
  /** To the server's process. */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/** A client of our own, as thin as can be: what is measured is the server. */
export function startStdioClient(
  command: readonly string[],
  env: Environment,
  onNotification: (method: string, params: unknown) => void = () => undefined,
): StdioClient {
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const pending = new Map<number, Answer>()
  let lastId = 0

  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as JsonRpcMessage
    if (message.method !== undefined) onNotification(message.method, message.params)
    const answer = pending.get(message.id ?? -1)
    if (!answer) return
    pending.delete(message.id ?? -1)
    if (message.result) answer.resolve(message.result)
    else answer.reject(new Error(JSON.stringify(message.error)))
  })
  child.once('exit', (code) => {
    for (const { reject } of pending.values()) reject(new Error(`the server exited with ${code}`))
  })

  const send = (message: object) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const request: StdioClient['request'] = (method, params) =>
    new Promise((resolve, reject) => {
      lastId += 1
      pending.set(lastId, { resolve, reject })
      send({ id: lastId, method, params })
    })

  return {
    pid: child.pid ?? 0,
    request,
    async initialize() {
      const result = await request('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'bench', version: '1.0.0' },
      })
      send({ method: 'notifications/initialized' })
      return result
    },
    signal: (name) => void child.kill(name),
    stop: () => stop(child),
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

interface Answer {
  resolve(result: Record<string, unknown>): void
  reject(error: Error): void
}

interface JsonRpcMessage {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: Record<string, unknown>
  readonly error?: unknown
}

/** An environment in which no setting of the person's own counts. */
export function environment(home: string, more: Environment = {}): Environment {
  return { PATH: process.env.PATH, HOME: home, RECOLLECT_HOME: join(home, 'data'), ...more }
}

export async function withScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'recollect-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The value that so great a share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function describeMachine(): string {
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`
}
