import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { type Connection, connect, type Environment } from '../support/connect.ts'
import { startReliabilityModel } from '../support/reliability-model.ts'
import type { ServerVariables } from '../support/reliability-server.ts'
import type { Control } from '../support/reliability-storage.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { createDatabase, fileIn } from './database.ts'
import { load } from './load.ts'

/* Real server processes on one database, to be killed. */

export const LEASE_MILLISECONDS = 1_000
const START_MILLISECONDS = 20_000

export interface Server {
  readonly url: string
  readonly process: ChildProcess
  /** Resolves with the exit code; null after a signal. */
  readonly exited: Promise<number | null>
  /** Its stderr. */
  errors(): string
}

/** Options of a server beyond the defaults. */
export interface Start {
  readonly fail?: string
  readonly control?: Control
  readonly environment?: Environment
}

export interface Cluster {
  readonly directory: string
  /** For RECOLLECT_DATABASE_URL. */
  readonly database: string
  readonly trace: string
  readonly model: ScriptedProvider
  /** When processes were killed, in milliseconds since 1970: nothing else excuses an interrupted run. */
  readonly kills: readonly number[]
  /** Those that run, stopped ones included. */
  servers(): readonly Server[]
  start(start?: Start): Promise<Server>
  kill(server: Server): Promise<void>
  /** Waits until a server has ended by itself, killed by a fail-point. */
  died(server: Server): Promise<void>
  /** A server that dies at a fail-point that it meets by itself, maybe before it takes calls. */
  startToDie(fail: string): Promise<void>
  /** A connection that is kept for the next call. */
  connection(server: Server): Promise<Connection>
  /** Ends every process in an orderly way; resolves with their exit codes. */
  stop(): Promise<readonly (number | null)[]>
  remove(): Promise<void>
}

export interface ClusterOptions {
  readonly jitterMilliseconds?: number
  /** For a file of SQLite, whatever else the tests run on. */
  readonly directory?: string
}

export async function createCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const scratch = mkdtempSync(join(tmpdir(), 'recollect-reliability-'))
  const { directory = scratch } = options
  const shared = options.directory === undefined ? await createDatabase(scratch) : fileIn(directory)
  mkdirSync(directory, { recursive: true })
  const entry = await writeServer(scratch)
  const model = await startReliabilityModel(options.jitterMilliseconds ?? 30)
  const database = shared.url
  const trace = join(scratch, 'trace')
  const running = new Set<Server>()
  const connections = new Map<Server, Promise<Connection>>()
  const kills: number[] = []

  async function start({ fail, control, environment }: Start = {}): Promise<Server> {
    const variables: ServerVariables = {
      RELIABILITY_TRACE: trace,
      ...(fail !== undefined && { RELIABILITY_FAIL: fail }),
      ...(control !== undefined && { RELIABILITY_CONTROL: control }),
    }
    const server = await startServer(entry, {
      ...serverEnvironment(database, model),
      ...variables,
      ...environment,
    })
    running.add(server)
    void server.exited.then(() => forget(server))
    return server
  }

  async function died(server: Server): Promise<void> {
    await within(server.exited, START_MILLISECONDS, 'no fail-point was reached')
    kills.push(Date.now())
  }

  function forget(server: Server): void {
    running.delete(server)
    const connection = connections.get(server)
    connections.delete(server)
    connection?.then((open) => open.close()).catch(() => undefined)
  }

  async function stop(): Promise<readonly (number | null)[]> {
    const servers = [...running]
    for (const { process } of servers) {
      process.kill('SIGCONT')
      process.kill('SIGTERM')
    }
    return Promise.all(servers.map(({ exited }) => exited))
  }

  return {
    directory,
    database,
    trace,
    model,
    kills,
    servers: () => [...running],
    start,
    async kill(server) {
      kills.push(Date.now())
      server.process.kill('SIGKILL')
      await server.exited
    },
    died,
    async startToDie(fail) {
      const server = await start({ fail }).catch((error: unknown) => {
        if (!String(error).includes('SIGKILL')) throw error
        kills.push(Date.now())
      })
      if (server) await died(server)
    },
    connection(server) {
      const known = connections.get(server)
      if (known) return known
      const opened = connect('v2-auto', { kind: 'http', url: server.url })
      connections.set(server, opened)
      opened.catch(() => connections.delete(server))
      return opened
    },
    stop,
    async remove() {
      for (const { process } of running) process.kill('SIGKILL')
      await Promise.all([...running].map(({ exited }) => exited))
      await model.close()
      await shared.remove()
      rmSync(directory, { recursive: true, force: true })
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

export function serverEnvironment(database: string, model: ScriptedProvider): Environment {
  return {
    RECOLLECT_DATABASE_URL: database,
    RECOLLECT_LEASE_SECONDS: String(LEASE_MILLISECONDS / 1_000),
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-reliability-00000000',
    OPENAI_BASE_URL: model.baseUrl,
  }
}

async function startServer(entry: string, environment: Environment): Promise<Server> {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  const exited = once(child, 'exit').then(() => child.exitCode)
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const url = /^ready (\S+)/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`a server ended with ${code ?? signal}: ${lines.join('\n')}`)),
    )
  })
  const url = await within(ready, START_MILLISECONDS * load(), 'a server did not start')
  return { url, process: child, exited, errors: () => lines.join('\n') }
}

let bundled: Promise<string> | undefined

/** Writes the server entry, bundled once per process, into a file in that directory. */
export async function writeServer(directory: string): Promise<string> {
  bundled ??= bundle()
  const file = join(directory, 'server.cjs')
  writeFileSync(file, await bundled)
  return file
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve('test/support/reliability-server.ts')],
    outfile: 'server.cjs',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // From here it finds what is installed.
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    external: ['pg-native'],
  })
  return outputFiles[0]?.text ?? ''
}

export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  otherwise: string,
): Promise<T> {
  const controller = new AbortController()
  const late = sleep(milliseconds, undefined, { signal: controller.signal }).then(() => {
    throw new Error(`${otherwise} within ${milliseconds} ms`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    controller.abort()
    late.catch(() => undefined)
  }
}

/** Asks again until there is something. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  milliseconds: number,
  what: string,
): Promise<T> {
  for (const end = Date.now() + milliseconds; ; await sleep(20)) {
    const found = await ask()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what}: not within ${milliseconds} ms`)
  }
}
