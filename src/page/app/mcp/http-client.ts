import {
  type Arguments,
  type CallOptions,
  type Connection,
  type McpClient,
  readNote,
  readTools,
} from './client.ts'
import { takeEarly } from './early.ts'
import { Refused, Unauthorized, Unreachable } from './errors.ts'
import { readResult } from './read-result.ts'
import { send } from './send.ts'
import { eventsIn } from './sse.ts'

/* Plain fetch to /mcp of the same server, protocol 2026-07-28: no session, and a token only in a header. */

/** Pauses before the connection is tried again; chosen by hand. */
const FIRST_PAUSE_MILLISECONDS = 300
const MAX_PAUSE_MILLISECONDS = 5_000

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly uri?: string }
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

export function createHttpClient(token: () => string | null): McpClient {
  let lastId = 0

  async function post(method: string, params: Arguments, options: CallOptions = {}) {
    lastId += 1
    const { onNote, signal } = options
    const early = onNote ? undefined : takeEarly(method, params)
    const response = await (
      early ??
      send({
        id: lastId,
        method,
        params,
        token: token(),
        tells: onNote !== undefined,
        ...(signal && { signal }),
      })
    ).catch((error: unknown) => {
      if (signal?.aborted) throw error
      throw new Unreachable('The server does not answer.')
    })
    if (response.status === 401) throw new Unauthorized(await refusalOf(response))
    if (!response.ok) throw new Refused('http', await refusalOf(response))
    return response
  }

  async function request<Answer>(
    method: string,
    params: Arguments,
    options: CallOptions = {},
  ): Promise<Answer> {
    const response = await post(method, params, options)
    const answer = await lastMessage(response, options)
    if (answer === undefined) throw new Unreachable('The server ended before it had answered.')
    if (answer.error) throw new Refused('protocol', answer.error.message)
    return answer.result as Answer
  }

  return {
    async tools() {
      const { tools } = await request<{ tools: Parameters<typeof readTools>[0] }>('tools/list', {})
      return readTools(tools)
    },
    async call(tool, args, options) {
      return readResult(await request('tools/call', { name: tool, arguments: args }, options))
    },
    listen(uris, changed, connection) {
      const stop = new AbortController()
      const params = {
        notifications: { resourceSubscriptions: uris, resourcesListChanged: true },
      }
      const hear = (message: Message, was: { away: boolean }) => {
        if (message.error) throw new Refused('protocol', message.error.message)
        connection('live')
        // Changes while nobody listened are not reported.
        if (was.away) changed(undefined)
        was.away = false
        if (message.method?.startsWith('notifications/resources/')) {
          changed(message.params?.uri ?? 'recollect://agents')
        }
      }
      void keepListening(
        async (was) => {
          const { signal } = stop
          const { body } = await post('subscriptions/listen', params, { signal })
          if (body === null) return
          for await (const event of eventsIn(body)) hear(event as Message, was)
        },
        connection,
        stop.signal,
      )
      return () => stop.abort()
    },
  }
}

async function keepListening(
  once: (was: { away: boolean }) => Promise<void>,
  connection: (state: Connection) => void,
  signal: AbortSignal,
): Promise<void> {
  const was = { away: false }
  let pause = FIRST_PAUSE_MILLISECONDS
  while (!signal.aborted) {
    const began = performance.now()
    await once(was).catch(() => undefined)
    if (signal.aborted) return
    connection('lost')
    was.away = true
    if (performance.now() - began > MAX_PAUSE_MILLISECONDS) pause = FIRST_PAUSE_MILLISECONDS
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 2, MAX_PAUSE_MILLISECONDS)
  }
}

/** The answer to a request; progress on the way goes to `onNote`. */
async function lastMessage(
  response: Response,
  { onNote, signal }: CallOptions,
): Promise<Message | undefined> {
  const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false
  if (!isStream) return response.json()
  if (response.body === null) return undefined
  try {
    for await (const event of eventsIn(response.body)) {
      const message = event as Message
      if (message.id !== undefined && message.method === undefined) return message
      if (message.method !== 'notifications/progress') continue
      const note = readNote(message.params)
      if (note) onNote?.(note)
    }
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Unreachable('The connection to the server broke.')
  }
  return undefined
}

async function refusalOf(response: Response): Promise<string> {
  const fallback = `The server answered ${response.status}.`
  try {
    const { error } = await response.json()
    return typeof error?.message === 'string' ? error.message : fallback
  } catch {
    return fallback
  }
}
