/* Answers of tools about tools of agents, as far as the page reads them. */

export interface ListedTool {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly language: string
  readonly effect: string
  readonly requires_approval: boolean
  /** 0 for a built-in tool. */
  readonly version: number
}

/** Only a stored tool has a source and what follows it. */
export interface WholeTool extends ListedTool {
  /** JSON Schema as text. */
  readonly parameters: string
  readonly source?: string
  readonly next_offset?: number
  readonly author?: string
  readonly capabilities?: readonly string[]
  readonly network?: readonly string[]
  readonly secrets?: readonly string[]
  readonly timeout_seconds?: number
  readonly tags?: readonly string[]
  readonly updated_at?: string
}

/** As much of a tool as its source tells. */
export type CheckedTool = Pick<
  WholeTool,
  'name' | 'description' | 'language' | 'effect' | 'parameters'
>

export interface Trial {
  readonly status: 'success' | 'error' | 'timeout'
  readonly result: string
  readonly stdout: string
  readonly stderr: string
  readonly duration_ms: number
  readonly changes: readonly { readonly label: string; readonly diff: string }[]
}

export interface ToolServer {
  readonly name: string
  readonly transport: string
  readonly status: string
  readonly tools: number
  readonly error?: string
}
