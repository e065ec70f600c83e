import { type Arguments, type McpClient, readTools } from './client.ts'
import { Refused } from './errors.ts'
import { readResult } from './read-result.ts'

/*
 * The same client through a host of MCP Apps (ext-apps, 2026-01-26): JSON-RPC by postMessage to the window that shows
 * us. Hosts pass on tool calls and no subscriptions, so the app looks again now and then.
 */

const UI_VERSION = '2026-01-26'
/** Between two looks while the app is visible; chosen by hand. */
const LOOK_MILLISECONDS = 4_000
/** A host that opens the app without a tool call says nothing more; chosen by hand. */
const ARGUMENTS_MILLISECONDS = 2_000

export interface Host {
  readonly client: McpClient
  /** The arguments of the tool call that opened the app; empty if there was none. */
  readonly opened: Promise<Arguments>
}

interface Message {
  readonly jsonrpc?: string
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly arguments?: Arguments }
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Whether the page stands in a frame, as an app does. The server forbids frames to its own page. */
export function isInHost(): boolean {
  return window.parent !== window
}

export function connectToHost(parent: Window): Host {
  const waiting = new Map<number, (message: Message) => void>()
  let lastId = 0
  let take: (args: Arguments) => void = () => undefined
  const given = new Promise<Arguments>((resolve) => {
    take = resolve
  })

  const post = (message: object) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*')
  const request = <Answer>(method: string, params: Arguments): Promise<Answer> =>
    new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, ({ result, error }) =>
        error ? reject(new Refused('host', error.message)) : resolve(result as Answer),
      )
      post({ id: lastId, method, params })
    })

  addEventListener('message', ({ source, data }) => {
    const message = data as Message
    if (source !== parent || message?.jsonrpc !== '2.0') return
    if (message.method === 'ui/notifications/tool-input')
      return take(message.params?.arguments ?? {})
    if (message.id === undefined) return
    // A host may ask whether we are still there, and before it takes us away.
    if (message.method !== undefined) return post({ id: message.id, result: {} })
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  })

  async function shakeHands(): Promise<Arguments> {
    await request('ui/initialize', {
      protocolVersion: UI_VERSION,
      appInfo: { name: 'recollect-page', version: '1' },
      appCapabilities: {},
    })
    post({ method: 'ui/notifications/initialized', params: {} })
    new ResizeObserver(() => {
      const { scrollHeight: height, scrollWidth: width } = document.documentElement
      post({ method: 'ui/notifications/size-changed', params: { width, height } })
    }).observe(document.documentElement)
    const nothing = new Promise<Arguments>((resolve) =>
      setTimeout(() => resolve({}), ARGUMENTS_MILLISECONDS),
    )
    return Promise.race([given, nothing])
  }

  const opened = shakeHands()
  return {
    opened,
    client: {
      kind: 'app',
      async tools() {
        // Hosts need not pass on the list; the app calls what it needs of the core tools.
        return readTools(APP_TOOLS)
      },
      call: async (name, args) =>
        readResult(await request('tools/call', { name, arguments: args })),
      listen(_uris, changed, connection) {
        connection('live')
        const timer = setInterval(() => {
          if (!document.hidden) changed(undefined)
        }, LOOK_MILLISECONDS)
        return () => clearInterval(timer)
      },
    },
  }
}

const APP_TOOLS = [
  ['list_agents', 'query', 'limit', 'cursor'],
  ['get_agent', 'agent'],
  ['send_message', 'agent', 'message', 'wait_seconds', 'idempotency_key'],
  ['get_run', 'run_id', 'wait_seconds', 'include_steps', 'after'],
  ['cancel_run', 'run_id'],
  ['respond_to_approval', 'run_id', 'tool_call_id', 'approve', 'reason'],
  ['read_memory', 'agent', 'label', 'offset'],
  ['write_memory_block', 'agent', 'label', 'value', 'expected_version'],
  ['search_conversation', 'agent', 'limit', 'cursor', 'query', 'around', 'offset'],
  ['inspect_context', 'agent'],
].map(([name = '', ...takes]) => ({
  name,
  inputSchema: { properties: Object.fromEntries(takes.map((argument) => [argument, {}])) },
}))
