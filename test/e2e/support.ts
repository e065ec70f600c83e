import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { BINARY, type Environment } from '../support/connect.ts'
import { databaseOf, giveBackDatabases, leaveDatabaseOf } from '../support/own-database.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'

const homes: string[] = []

/** A directory of its own, gone after `removeHomes`. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'recollect-e2e-'))
  homes.push(home)
  return home
}

export function removeHomes(): void {
  for (const home of homes.splice(0)) {
    leaveDatabaseOf(home)
    rmSync(home, { recursive: true, force: true })
  }
  giveBackDatabases()
}

/** Settings of a server whose agents ask `provider`. */
export function withModel(home: string, provider: Pick<ScriptedProvider, 'baseUrl'>): Environment {
  return {
    RECOLLECT_HOME: home,
    ...databaseOf(home),
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-e2e-secret-key',
    OPENAI_BASE_URL: provider.baseUrl,
  }
}

/** Settings of a server without a key, and without an Ollama that may run on this machine. */
export function withoutKey(home: string): Environment {
  return { RECOLLECT_HOME: home, ...databaseOf(home), OLLAMA_HOST: '127.0.0.1:1' }
}

/** Only the given variables: no key or setting of the person who runs the tests. */
function onlyWith(environment: Environment): Environment {
  return { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...environment }
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const PATIENCE_MILLISECONDS = 20_000

/** Runs a command of the binary to its end, with this on its stdin. */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  stdin = '',
): Promise<Finished> {
  const child = spawn(process.execPath, [BINARY, ...args], {
    env: onlyWith(environment),
    timeout: PATIENCE_MILLISECONDS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (piece) => {
    stdout += piece
  })
  child.stderr.on('data', (piece) => {
    stderr += piece
  })
  // A command that reads nothing may be gone before it could.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

interface Answer {
  readonly jsonrpc: string
  readonly id?: unknown
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  readonly result?: any
  readonly error?: { readonly code: number; readonly message: string }
}

/** The binary on stdio without an SDK, which would hide what is on the wire. */
export interface RawServer {
  readonly process: ChildProcessWithoutNullStreams
  /** All that it wrote to stdout so far. */
  written(): string
  errors(): string
  /** A line as it is. */
  write(line: string): void
  /** The answer to the request; all lines before it are looked at, too. */
  ask(method: string, params?: object): Promise<Answer>
  answerTo(id: unknown): Promise<Answer>
  initialize(): Promise<Answer>
  /** Resolves with the exit code and what it took, once it has ended. */
  ended(): Promise<{ readonly code: number | null; readonly signal: string | null }>
}

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'recollect-e2e', version: '0' },
}

export function startRaw(environment: Environment, args: readonly string[] = ['stdio']): RawServer {
  const child = spawn(process.execPath, [BINARY, ...args], { env: onlyWith(environment) })
  const over = once(child, 'close')
  const answers = new Map<unknown, Answer>()
  const waiting = new Map<unknown, (answer: Answer) => void>()
  let written = ''
  let errors = ''
  let count = 0
  child.stdout.on('data', (piece) => {
    written += piece
  })
  child.stderr.on('data', (piece) => {
    errors += piece
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = parse(line)
    if (answer === undefined) return
    answers.set(answer.id, answer)
    waiting.get(answer.id)?.(answer)
  })
  const server: RawServer = {
    process: child,
    written: () => written,
    errors: () => errors,
    write: (line) => child.stdin.write(`${line}\n`),
    async ask(method, params = {}) {
      count += 1
      server.write(JSON.stringify({ jsonrpc: '2.0', id: count, method, params }))
      return server.answerTo(count)
    },
    async answerTo(id) {
      const known = answers.get(id)
      if (known) return known
      return Promise.race([
        new Promise<Answer>((resolve) => waiting.set(id, resolve)),
        over.then(() => {
          throw new Error(`the server ended without an answer to ${String(id)}: ${errors}`)
        }),
      ])
    },
    async initialize() {
      const answer = await server.ask('initialize', INITIALIZE)
      server.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
      return answer
    },
    async ended() {
      const [code, signal] = await over
      return { code, signal }
    },
  }
  return server
}

function parse(line: string): Answer | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Nothing on stdout but JSON-RPC, one message a line. */
export function expectPureStdout(text: string): void {
  for (const line of text.split('\n').filter((part) => part !== '')) {
    expect(parse(line), line).toMatchObject({ jsonrpc: '2.0' })
  }
}

/** One or two sentences for a person or a model: no stack, no dump. */
export function expectSentences(text: string): void {
  expect(text).toMatch(/^["A-Z/][\s\S]{10,600}[.)]$/)
  expect(text).not.toMatch(/\n\s+at |node:internal|\.cjs:|undefined|\[object/)
}

/** The same, as a command tells it on stderr. */
export function expectOneLine({ stderr }: Pick<Finished, 'stderr'>): void {
  expect(stderr).toMatch(/^recollect: [^\n]+[.)]\n$/)
  expect(stderr).not.toMatch(/\n\s+at |node:internal|\.cjs:/)
}
