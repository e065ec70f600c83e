import { type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Arguments, CallOptions, Connection, McpClient, ToolHead } from '../mcp/client.ts'
import { messageOf, Refused, Unauthorized } from '../mcp/errors.ts'
import { createLive, type Live } from './live.ts'
import { createReads, type Reads } from './reads.ts'
import { type Route, readRoute, writeRoute } from './route.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly isProblem: boolean
}

/** Shared by all views: the server, where the user is, and what the user is told. */
export interface Desk {
  /** Whether the server lets this user call the tool; what it does not offer is not shown. */
  can(tool: string): boolean
  /** Calls a tool; arguments that it does not take here (`agent` where there is only one) are left out. */
  call<Answer>(tool: string, args?: Arguments, options?: CallOptions): Promise<Answer>
  /** The same for a tool that only reads: views that ask alike at the same moment share one request. */
  read<Answer>(tool: string, args?: Arguments): Promise<Answer>
  readonly live: Live
  readonly connection: Signal<Connection>
  readonly route: Signal<Route>
  go(route: Route): void
  readonly toasts: Signal<readonly Toast[]>
  say(text: string): void
  /** Tells the user what went wrong. */
  complain(error: unknown): void
  /** The only agent that is served, if it is only one. */
  readonly only: string | undefined
  /** Shown inside another assistant, without an address of its own. */
  readonly isHosted: boolean
}

export interface DeskParts {
  readonly client: McpClient
  readonly reads?: Reads
  readonly tools: readonly ToolHead[]
  readonly only: string | undefined
  /** Where a page without an address begins. */
  readonly hostedAt?: Route
  readonly onUnauthorized: (reason: string) => void
}

/** How long a message stays, unless it is a problem; chosen by hand. */
const TOAST_MILLISECONDS = 4_000

export function createDesk({
  client,
  reads = createReads(client),
  tools,
  only,
  hostedAt,
  onUnauthorized,
}: DeskParts): Desk {
  const known = new Map(tools.map((tool) => [tool.name, tool.takes]))
  const connection = signal<Connection>('connecting')
  const route = signal<Route>(hostedAt ?? readRoute(location.hash))
  const toasts = signal<readonly Toast[]>([])
  let lastToast = 0

  const show = (text: string, isProblem: boolean) => {
    lastToast += 1
    const id = lastToast
    // A report makes the one before it old; problems stay for their time.
    const others = toasts.value.filter((toast) => toast.isProblem && toast.text !== text)
    toasts.value = [...others, { id, text, isProblem }]
    const life = isProblem ? TOAST_MILLISECONDS * 3 : TOAST_MILLISECONDS
    setTimeout(() => {
      toasts.value = toasts.value.filter((toast) => toast.id !== id)
    }, life)
  }
  if (!hostedAt) {
    addEventListener('hashchange', () => {
      route.value = readRoute(location.hash)
    })
  }

  const given = (tool: string, args: Arguments): Arguments => {
    const takes = known.get(tool)
    if (!takes) throw new Refused('unsupported', `This server does not offer ${tool} to you.`)
    return Object.fromEntries(
      Object.entries(args).filter(([name, value]) => takes.has(name) && value !== undefined),
    )
  }
  const asked = async <Answer>(request: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await request()
    } catch (error) {
      if (error instanceof Unauthorized) onUnauthorized(error.message)
      throw error
    }
  }

  return {
    only,
    isHosted: hostedAt !== undefined,
    connection,
    route,
    toasts,
    live: createLive(client, (state) => {
      connection.value = state
    }),
    can: (tool) => known.has(tool),
    call: (tool, args = {}, options = {}) =>
      asked(async () => client.call(tool, given(tool, args), options)),
    read: (tool, args = {}) => asked(async () => reads.read(tool, given(tool, args))),
    go(next) {
      route.value = next
      if (!hostedAt) location.hash = writeRoute(next)
    },
    say: (text) => show(text, false),
    complain(error) {
      if (error instanceof Unauthorized) return
      show(messageOf(error), true)
    },
  }
}

const DeskContext = createContext<Desk | undefined>(undefined)
export const DeskProvider = DeskContext.Provider

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('there is no desk above this view')
  return desk
}
