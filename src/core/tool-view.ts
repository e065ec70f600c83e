import type { Scope } from './access.ts'
import type { PageRequest } from './page.ts'
import type { StoredTool, ToolEffect, ToolLanguage } from './stored-tool.ts'

/* Tools as callers create, change, list and try them. */

export interface ToolFields {
  readonly source?: string | undefined
  readonly language?: 'python' | 'typescript' | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** JSON Schema as text. */
  readonly parameters?: string | undefined
  readonly effect?: ToolEffect | undefined
  readonly requiresApproval?: boolean | undefined
  readonly capabilities?: readonly Scope[] | undefined
  readonly network?: readonly string[] | undefined
  readonly secrets?: readonly string[] | undefined
  readonly timeoutSeconds?: number | undefined
  readonly maxResultChars?: number | undefined
  readonly tags?: readonly string[] | undefined
}

export interface ToolChanges extends ToolFields {
  readonly expectedVersion?: number | undefined
  readonly reason?: string | undefined
}

/** A tool in a list, stored or built in. */
export interface ListedTool {
  /** A built-in tool's name stands for it. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly language: ToolLanguage | 'builtin'
  readonly effect: ToolEffect | 'await'
  readonly requiresApproval: boolean
  /** 0 for a built-in tool. */
  readonly version: number
}

export interface ToolQuery extends PageRequest {
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  /** Only the tools of that agent, in its order. */
  readonly agent?: string | undefined
}

/** A tool with all that is known of it. Fields that a built-in tool lacks are absent. */
export interface WholeTool extends ListedTool {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly stored?: StoredTool | undefined
}

export interface ToolTrial {
  /** Id or name of a stored tool; absent: `source` is run. */
  readonly tool?: string | undefined
  readonly source?: string | undefined
  readonly language?: 'python' | 'typescript' | undefined
  readonly arguments: Readonly<Record<string, unknown>>
  /** The agent whose state the code sees. */
  readonly agent?: string | undefined
  /** Stores what the code changes; otherwise it is only reported. */
  readonly commit: boolean
  readonly timeoutSeconds?: number | undefined
}

export interface ToolTrialResult {
  readonly status: 'success' | 'error' | 'timeout'
  /** Result or error, cut. */
  readonly result: string
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  readonly changes: readonly { readonly label: string; readonly diff: string }[]
}

export interface ToolServerView {
  readonly name: string
  readonly transport: string
  readonly status: string
  readonly tools: number
  readonly error?: string | undefined
}
