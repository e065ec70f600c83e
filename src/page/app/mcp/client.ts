/* The page is an MCP client. */

export type Arguments = Readonly<Record<string, unknown>>

/** A tool of the server, as far as the page needs to know it. */
export interface ToolHead {
  readonly name: string
  /** Names of its arguments. */
  readonly takes: ReadonlySet<string>
}

/** A progress message: what the agent does now. */
export interface Note {
  readonly kind: 'step' | 'call' | 'words' | 'thinking' | 'wait'
  readonly text: string
}

export interface CallOptions {
  readonly onNote?: (note: Note) => void
  readonly signal?: AbortSignal
}

export type Connection = 'connecting' | 'live' | 'lost'

export interface McpClient {
  tools(): Promise<readonly ToolHead[]>
  /** Rejects with Refused, Unauthorized or Unreachable. */
  call<Answer>(tool: string, args: Arguments, options?: CallOptions): Promise<Answer>
  /**
   * Calls `changed` with the address of each resource that changes, and with undefined when anything may have changed
   * because the connection was away. Returns the function that stops.
   */
  listen(
    uris: readonly string[],
    changed: (uri: string | undefined) => void,
    connection: (state: Connection) => void,
  ): () => void
}

const NOTE_KINDS = ['step', 'call', 'words', 'thinking', 'wait'] as const

/** A progress notification as a note. Pure. */
export function readNote(params: unknown): Note | undefined {
  const { message, _meta } = (params ?? {}) as { message?: unknown; _meta?: Arguments }
  const kind = NOTE_KINDS.find((known) => known === _meta?.[NOTE])
  return typeof message === 'string' && kind ? { kind, text: message } : undefined
}

/** Fields of `_meta` that only Recollect knows: the kind of a progress message, and the wish to see thinking. */
export const NOTE = 'recollect/note'
export const THINKING = 'recollect/thinking'

interface RawTool {
  readonly name: string
  readonly inputSchema?: { readonly properties?: Arguments }
}

export function readTools(tools: readonly RawTool[]): readonly ToolHead[] {
  return tools.map(({ name, inputSchema }) => ({
    name,
    takes: new Set(Object.keys(inputSchema?.properties ?? {})),
  }))
}
