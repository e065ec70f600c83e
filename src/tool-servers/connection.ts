import { Client, StreamableHTTPClientTransport, type Tool } from '@modelcontextprotocol/client'
import { Unavailable, UserError } from '../core/errors.ts'
import { describeError, type Log } from '../core/log.ts'
import { createRedaction } from '../core/redact.ts'
import { VERSION } from '../core/version.ts'
import { renderResult } from './render-result.ts'
import { type Environment, type ServerSettings, secretsOfServer } from './settings.ts'
import { createStdioTransport } from './stdio-transport.ts'
import type { ServerCall, ServerResult } from './tool-servers.ts'

/** All chosen by hand. */
const CONNECT_MILLISECONDS = 30_000
const CALL_SECONDS = 60
/** A call that goes on reporting progress ends here, in multiples of its limit. */
const MAX_LIMITS = 10
const IDLE_SECONDS = 300
const RESULT_CHARS = 20_000
const FIRST_WAIT_MILLISECONDS = 1_000
const MAX_WAIT_MILLISECONDS = 300_000
const STDERR_CHARS = 500

export interface ConnectionOptions {
  readonly name: string
  readonly settings: ServerSettings
  readonly environment: Environment
  readonly log: Log
  readonly now: () => number
}

/** One connection to a server: made when it is needed, closed when it is idle, and not tried again at once. */
export interface Connection {
  /** As the server listed them last; undefined: not yet. */
  readonly tools: readonly Tool[] | undefined
  readonly isConnected: boolean
  /** Why the last attempt failed. */
  readonly failure: string | undefined
  /** Throws UserError `unsupported` if the server can't be reached. */
  open(): Promise<void>
  call(call: Pick<ServerCall, 'tool' | 'arguments' | 'callId' | 'signal'>): Promise<ServerResult>
  close(): Promise<void>
}

export function createConnection({
  name,
  settings,
  environment,
  log,
  now,
}: ConnectionOptions): Connection {
  let client: Client | undefined
  let opening: Promise<Client> | undefined
  let tools: readonly Tool[] | undefined
  let failure: string | undefined
  let failures = 0
  let notBefore = 0
  let idle: NodeJS.Timeout | undefined
  let inUse = 0
  // Errors reach models and clients, and a server may quote in them the secrets that it got.
  const hide = createRedaction(secretsOfServer(settings))
  const hideInResults = createRedaction(secretsOfServer(settings, { sure: true }), [])

  async function connected(): Promise<Client> {
    if (client) return client
    if (now() < notBefore) throw unreachable()
    opening ??= connect().finally(() => {
      opening = undefined
    })
    return opening
  }

  async function connect(): Promise<Client> {
    const made = new Client(
      { name: 'recollect', version: VERSION },
      {
        // It is offered nothing: a server must not ask our users or use their model.
        capabilities: {},
        // Negotiating over stdio starts the server twice.
        versionNegotiation: { mode: 'url' in settings ? 'auto' : 'legacy' },
        listChanged: { tools: { autoRefresh: false, onChanged: () => void refresh(made) } },
      },
    )
    made.onclose = () => forget(made)
    made.onerror = (error) => log('debug', `tool server ${name}: ${describeError(error)}`)
    try {
      await made.connect(transport(), { timeout: CONNECT_MILLISECONDS })
      tools = await listTools(made)
    } catch (error) {
      await made.close().catch(() => {})
      failures += 1
      failure = hide(describeError(error))
      notBefore = now() + Math.min(MAX_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** failures)
      throw unreachable()
    }
    failures = 0
    failure = undefined
    client = made
    closeWhenIdle()
    return made
  }

  function transport() {
    if ('url' in settings) {
      return new StreamableHTTPClientTransport(new URL(settings.url), {
        // A redirect would carry the headers, which may hold a secret, somewhere else.
        requestInit: { headers: settings.headers ?? {}, redirect: 'error' },
      })
    }
    const onStderr = (text: string) =>
      log('debug', `tool server ${name}: ${text.trimEnd().slice(0, STDERR_CHARS)}`)
    return createStdioTransport({ settings, environment, onStderr })
  }

  async function listTools(from: Client): Promise<readonly Tool[]> {
    const listed = await from.listTools(undefined, {
      cacheMode: 'refresh',
      timeout: CONNECT_MILLISECONDS,
    })
    return listed.tools
  }

  async function refresh(from: Client): Promise<void> {
    try {
      tools = await listTools(from)
    } catch (error) {
      log('warn', `tool server ${name} did not list its tools`, { error: describeError(error) })
    }
  }

  /** Closing may take seconds, so a client is forgotten first. */
  function forget(closed: Client): void {
    if (client !== closed) return
    client = undefined
    clearTimeout(idle)
  }

  async function closeClient(): Promise<void> {
    const closing = client
    if (!closing) return
    forget(closing)
    await closing.close().catch(() => {})
  }

  function closeWhenIdle(): void {
    clearTimeout(idle)
    if (inUse > 0) return
    const milliseconds = (settings.idleSeconds ?? IDLE_SECONDS) * 1_000
    idle = setTimeout(() => void closeClient(), milliseconds).unref()
  }

  async function call({
    tool,
    arguments: args,
    callId,
    signal,
  }: Pick<ServerCall, 'tool' | 'arguments' | 'callId' | 'signal'>): Promise<ServerResult> {
    const used = await connected()
    clearTimeout(idle)
    inUse += 1
    const timeout = (settings.seconds ?? CALL_SECONDS) * 1_000
    try {
      const result = await used.callTool(
        { name: tool, arguments: { ...args }, _meta: { 'recollect/call': callId } },
        {
          signal,
          timeout,
          maxTotalTimeout: timeout * MAX_LIMITS,
          resetTimeoutOnProgress: true,
          // Without it no progress token is sent, and nothing is ever reset.
          onprogress: () => {},
        },
      )
      const text = renderResult(result, settings.resultChars ?? RESULT_CHARS)
      return result.isError
        ? { status: 'error', text: hide(text) }
        : { status: 'success', text: hideInResults(text) }
    } catch (error) {
      signal.throwIfAborted()
      throw unanswered(tool, error, client === used)
    } finally {
      inUse -= 1
      if (client === used) closeWhenIdle()
    }
  }

  function unreachable(): UserError {
    return new Unavailable(
      `The tool server "${name}" can't be reached, and nothing was called: ${failure ?? 'no reason is known'}. Try again later, or ask the operator to check this server in the file RECOLLECT_TOOL_SERVERS.`,
    )
  }

  function unanswered(tool: string, error: unknown, isOpen: boolean): UserError {
    log('warn', `tool server ${name} did not answer`, { tool, error: describeError(error) })
    const why = isOpen ? hide(describeError(error)) : 'it ended or sent more than is read'
    return new UserError(
      'internal',
      `The tool server "${name}" did not answer the call of ${tool} (${why}). Whether the tool did anything is unknown: check before you call it again.`,
    )
  }

  return {
    get tools() {
      return tools
    },
    get isConnected() {
      return client !== undefined
    },
    get failure() {
      return failure
    },
    async open() {
      await connected()
    },
    call,
    async close() {
      await opening?.catch(() => {})
      await closeClient()
    },
  }
}
