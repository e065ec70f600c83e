/** Effect of repeating a call, as the server declares it. */
export type ServerEffect = 'readonly' | 'idempotent' | 'once'

/** Tools of other MCP servers, as the operator's file lists them. Nothing is started before it is needed. */
export interface ToolServers {
  /**
   * Tools of the servers that a namespace may use. Connects to those whose tools are not known yet. A server that can't
   * be reached has none: `list` says why.
   */
  tools(namespace: string): Promise<readonly ServerTool[]>

  /**
   * Calls a tool. Throws UserError: `not_found` if the namespace has no such tool, `unsupported` if its server can't be
   * reached (nothing was called), `internal` if it ended or did not answer in time: then it is unknown whether the tool
   * did anything. Rejects with the signal's reason.
   */
  call(call: ServerCall): Promise<ServerResult>

  /** State of each server, in the order of the file. `connect`: tries those that are not connected. */
  list(
    namespace: string | undefined,
    options: { readonly connect: boolean },
  ): Promise<readonly ServerView[]>

  /** Ends all servers and whatever they started. */
  close(): Promise<void>
}

export interface ServerTool {
  /** `server__tool`, at most 64 characters of `A-Za-z0-9_-`, and unlike that of any other tool. */
  readonly name: string
  readonly server: string
  /** As the server calls it. */
  readonly tool: string
  readonly description: string
  /** JSON Schema of an object, from the server. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly effect: ServerEffect
  /** Whether the operator wants each call approved. */
  readonly requiresApproval: boolean
}

export interface ServerCall {
  readonly namespace: string
  readonly server: string
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  /** Sent along, so that a server can tell a repeated call. */
  readonly callId: string
  readonly signal: AbortSignal
}

export interface ServerResult {
  readonly status: 'success' | 'error'
  /** Cut with a note at the server's `resultChars`. */
  readonly text: string
}

export interface ServerView {
  readonly name: string
  readonly transport: 'stdio' | 'http'
  /** `idle`: its tools are known, and it is connected to with the next call. */
  readonly status: 'not_connected' | 'connected' | 'idle' | 'failed'
  /** Names as agents have them. */
  readonly tools: readonly string[]
  /** Why the last attempt failed. */
  readonly error?: string | undefined
}
