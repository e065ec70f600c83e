import type { Arguments, McpClient, ToolHead } from './client.ts'
import { Refused } from './errors.ts'
import { readResult } from './read-result.ts'

/*
 * The page inside another assistant, as an MCP App (ext-apps, 2026-01-26): the host passes calls on to the server. There is
 * no storage, no address and no network here, and hosts pass on no subscriptions.
 */

const VERSION = '2026-01-26'
/** Hosts tell of no changes, so the page looks while somebody looks at it. Chosen by hand. */
const LOOK_MILLISECONDS = 3_000
/** A host that opens the view without a call of a tool says nothing. Chosen by hand. */
const OPENING_MILLISECONDS = 2_000

/** Hosts do not pass on the list of tools: those of the toolset core that show one agent, with their arguments. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  get_agent: ['agent'],
  send_message: ['agent', 'message', 'wait_seconds', 'idempotency_key'],
  get_run: ['run_id', 'wait_seconds', 'include_steps', 'after'],
  cancel_run: ['run_id'],
  respond_to_approval: ['run_id', 'tool_call_id', 'approve', 'reason'],
  read_memory: ['agent', 'label', 'offset'],
  write_memory_block: ['agent', 'label', 'value', 'expected_version'],
  search_archival: ['agent', 'query', 'passage_id', 'explain', 'limit', 'cursor', 'offset'],
  search_conversation: ['agent', 'query', 'roles', 'around', 'limit', 'cursor', 'offset'],
  inspect_context: ['agent', 'context_window', 'include_text', 'offset'],
}

interface Message {
  readonly jsonrpc?: string
  readonly id?: number | string
  readonly method?: string
  readonly params?: Arguments
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export interface HostedView {
  readonly client: McpClient
  /** The agent of the call that opened the view; undefined: the call named none. */
  readonly agent: Promise<string | undefined>
}

export async function connectToHost(host: Window): Promise<HostedView> {
  const waiting = new Map<number | string, Waiting>()
  let lastId = 0
  // A sandboxed view has no origin and can't know that of its host; nobody but the parent gets the message.
  const post = (message: Message) => host.postMessage({ jsonrpc: '2.0', ...message }, '*')
  const request = <Answer>(method: string, params: Arguments): Promise<Answer> =>
    new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, { resolve: resolve as Waiting['resolve'], reject })
      post({ id: lastId, method, params })
    })

  let name: (agent: string | undefined) => void = () => undefined
  const agent = new Promise<string | undefined>((resolve) => {
    name = resolve
  })
  const hear = ({ id, method, params = {}, result, error }: Message) => {
    if (method === undefined && id !== undefined) {
      const waits = waiting.get(id)
      waiting.delete(id)
      if (error) waits?.reject(new Refused('host', error.message))
      else waits?.resolve(result)
    } else if (method === 'ui/notifications/tool-input') name(agentIn(params.arguments))
    else if (method === 'ui/notifications/host-context-changed') dress(params)
    // A ping, or the question whether the view may be taken down.
    else if (method !== undefined && id !== undefined) post({ id, result: {} })
  }
  addEventListener('message', ({ source, data }) => {
    if (source === host && data?.jsonrpc === '2.0') hear(data as Message)
  })

  const { hostContext } = await request<{ hostContext?: Arguments }>('ui/initialize', {
    protocolVersion: VERSION,
    appInfo: { name: 'recollect', version: '1' },
    appCapabilities: {},
  })
  dress(hostContext)
  post({ method: 'ui/notifications/initialized', params: {} })
  new ResizeObserver(() => {
    const height = document.documentElement.scrollHeight
    post({ method: 'ui/notifications/size-changed', params: { height } })
  }).observe(document.documentElement)
  setTimeout(() => name(undefined), OPENING_MILLISECONDS)
  return { agent, client: hostedClient(request, agent) }
}

function hostedClient(
  request: <Answer>(method: string, params: Arguments) => Promise<Answer>,
  agent: Promise<string | undefined>,
): McpClient {
  return {
    async tools(): Promise<readonly ToolHead[]> {
      // A server for one agent takes no agent.
      const isOne = (await agent) === undefined
      return Object.entries(TOOLS).map(([tool, takes]) => ({
        name: tool,
        takes: new Set(takes.filter((each) => !isOne || each !== 'agent')),
      }))
    },
    async call(tool, args) {
      return readResult(await request('tools/call', { name: tool, arguments: args }))
    },
    listen(_, changed, connection) {
      connection('live')
      const timer = setInterval(() => {
        if (!document.hidden) changed(undefined)
      }, LOOK_MILLISECONDS)
      return () => clearInterval(timer)
    },
  }
}

function agentIn(args: unknown): string | undefined {
  const { agent } = (args ?? {}) as { agent?: unknown }
  return typeof agent === 'string' && agent !== '' ? agent : undefined
}

/** Dark or light, as the host is. */
function dress(context: Arguments | undefined): void {
  const theme = context?.theme
  if (theme === 'dark' || theme === 'light') document.documentElement.style.colorScheme = theme
}
