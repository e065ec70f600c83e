import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  Client,
  InMemoryTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as OldHttpClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { ServerFactory } from '../../src/mcp/serve/server.ts'
import { type Listening, listenNew, listenOld } from './listening.ts'

/** The SDK of before, the present one as older clients speak, and the present one as it speaks by itself. */
export const CLIENT_KINDS = ['v1', 'v2-legacy', 'v2-auto'] as const
export type ClientKind = (typeof CLIENT_KINDS)[number]

export const BINARY = fileURLToPath(new URL('../../dist/recollect.cjs', import.meta.url))

export type Environment = Readonly<Record<string, string>>

export type Target =
  | { readonly kind: 'stdio'; readonly environment: Environment; readonly args?: readonly string[] }
  /** As somebody's configuration of a client says it. */
  | {
      readonly kind: 'command'
      readonly command: string
      readonly args: readonly string[]
      readonly environment: Environment
    }
  | { readonly kind: 'http'; readonly url: string; readonly token?: string }

export interface CallOptions {
  readonly onProgress?: (progress: {
    readonly progress: number
    readonly message?: string | undefined
  }) => void
  readonly signal?: AbortSignal
  readonly timeout?: number
}

export interface CallResult {
  readonly isError: boolean
  /** All the text content. */
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  readonly data: any
}

/** The same few requests for every kind of client. */
export interface Connection {
  readonly kind: ClientKind
  readonly instructions: string | undefined
  call(tool: string, args?: object, options?: CallOptions): Promise<CallResult>
  tools(): Promise<readonly { readonly name: string }[]>
  /** All pages. */
  resources(): Promise<readonly { readonly uri: string; readonly name: string }[]>
  templates(): Promise<readonly { readonly uriTemplate: string }[]>
  read(uri: string): Promise<{ readonly text: string; readonly mimeType: string | undefined }>
  prompts(): Promise<readonly { readonly name: string }[]>
  prompt(name: string, args: Readonly<Record<string, string>>): Promise<string>
  complete(
    reference: { readonly prompt: string } | { readonly template: string },
    argument: { readonly name: string; readonly value: string },
    known?: Readonly<Record<string, string>>,
  ): Promise<readonly string[]>
  /** Subscribes to these resources and to their list, as is usual in its era; at most once at a time. */
  listen(uris: readonly string[]): Promise<Listening>
  close(): Promise<void>
}

const INFO = { name: 'recollect-test', version: '0.0.0' }

export async function connect(kind: ClientKind, target: Target): Promise<Connection> {
  return connectTo(kind, kind === 'v1' ? oldTransport(target) : transport(target))
}

type AnyTransport =
  | ReturnType<typeof transport>
  | ReturnType<typeof oldTransport>
  | InMemoryTransport

async function connectTo(kind: ClientKind, over: AnyTransport): Promise<Connection> {
  // The types of the two SDKs differ in what may be undefined, and in nothing that counts.
  if (kind === 'v1') {
    const client = new OldClient(INFO)
    await client.connect(over as Parameters<OldClient['connect']>[0])
    return wrapOld(client)
  }
  const client = createClient(kind)
  await client.connect(over as Parameters<Client['connect']>[0])
  return wrap(kind, client)
}

/** A real client and a real server without a process between them. */
export async function connectInProcess(
  createServer: ServerFactory,
  kind: ClientKind = 'v2-legacy',
): Promise<Connection> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  const handle = serveStdio(() => createServer(), { transport: serverSide })
  const connection = await connectTo(kind, clientSide)
  return {
    ...connection,
    async close() {
      await connection.close()
      await handle.close()
    },
  }
}

export interface ServeProcess {
  readonly url: string
  readonly process: ChildProcess
  /** Its stderr so far. */
  errors(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** `recollect serve` on a free port. */
export async function startServe(
  environment: Environment,
  args: readonly string[] = [],
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0', ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const found = /https?:\/\/\S+\/mcp/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${lines.join('\n')}`)))
  })
  return {
    url,
    process: child,
    errors: () => lines.join('\n'),
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      return child.exitCode
    },
  }
}

function createClient(kind: Exclude<ClientKind, 'v1'>): Client {
  return new Client(INFO, {
    versionNegotiation: { mode: kind === 'v2-auto' ? 'auto' : 'legacy' },
  })
}

function transport(target: Target) {
  if (target.kind !== 'http') return new StdioClientTransport(command(target))
  return new StreamableHTTPClientTransport(new URL(target.url), requestInit(target.token))
}

function oldTransport(target: Target) {
  if (target.kind !== 'http') return new OldStdioClientTransport(command(target))
  return new OldHttpClientTransport(new URL(target.url), requestInit(target.token))
}

function command(target: Exclude<Target, { kind: 'http' }>) {
  const { args = [], environment } = target
  const isGiven = target.kind === 'command'
  return {
    command: isGiven ? target.command : process.execPath,
    args: isGiven ? [...args] : [BINARY, 'stdio', ...args],
    env: { PATH: process.env.PATH ?? '', ...environment },
    stderr: 'inherit' as const,
  }
}

function requestInit(token: string | undefined) {
  return token === undefined
    ? {}
    : { requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}

function requestOptions({ onProgress, signal, timeout }: CallOptions) {
  return {
    ...(onProgress && { onprogress: onProgress }),
    ...(signal && { signal }),
    ...(timeout !== undefined && { timeout }),
  }
}

function callResult(result: object): CallResult {
  const content = 'content' in result && Array.isArray(result.content) ? result.content : []
  return {
    isError: 'isError' in result && result.isError === true,
    text: content.map(textOf).join('\n'),
    data: 'structuredContent' in result ? result.structuredContent : undefined,
  }
}

function textOf(block: unknown): string {
  return typeof block === 'object' && block !== null && 'text' in block ? String(block.text) : ''
}

type Contents = readonly { readonly mimeType?: string | undefined; readonly text?: unknown }[]

function firstText(contents: Contents) {
  return { text: String(contents[0]?.text), mimeType: contents[0]?.mimeType }
}

function referenceOf(reference: { readonly prompt: string } | { readonly template: string }) {
  return 'prompt' in reference
    ? { type: 'ref/prompt' as const, name: reference.prompt }
    : { type: 'ref/resource' as const, uri: reference.template }
}

async function allPages<T>(
  ask: (
    cursor?: string,
  ) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
): Promise<readonly T[]> {
  const { items, next } = await ask()
  const found = [...items]
  for (let cursor = next; cursor !== undefined; ) {
    const page = await ask(cursor)
    found.push(...page.items)
    cursor = page.next
  }
  return found
}

function wrap(kind: ClientKind, client: Client): Connection {
  return connection(kind, client, {
    call: async (name, args = {}, options = {}) =>
      callResult(await client.callTool({ name, arguments: { ...args } }, requestOptions(options))),
    listen: (uris) => listenNew(client, uris, kind === 'v2-auto'),
  })
}

function wrapOld(client: OldClient): Connection {
  return connection('v1', client, {
    async call(name, args = {}, options = {}) {
      const params = { name, arguments: { ...args } }
      const asked = client.callTool(params, CallToolResultSchema, requestOptions(options))
      return callResult(await asked)
    },
    listen: (uris) => listenOld(client, uris),
  })
}

/** All but that is the same in both SDKs. */
function connection(
  kind: ClientKind,
  client: Client | OldClient,
  different: Pick<Connection, 'call' | 'listen'>,
): Connection {
  return {
    kind,
    ...different,
    instructions: client.getInstructions(),
    tools: async () => (await client.listTools()).tools,
    resources: () =>
      allPages(async (cursor) => {
        const page = await client.listResources(cursor === undefined ? {} : { cursor })
        return { items: page.resources, next: page.nextCursor }
      }),
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => firstText((await client.readResource({ uri })).contents),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: async (name, args) => {
      const { messages } = await client.getPrompt({ name, arguments: { ...args } })
      return messages.map(({ content }) => textOf(content)).join('\n')
    },
    complete: async (reference, argument, known) => {
      const ref = referenceOf(reference)
      const context = known === undefined ? {} : { context: { arguments: { ...known } } }
      return (await client.complete({ ref, argument, ...context })).completion.values
    },
    close: () => client.close(),
  }
}
