import { z } from 'zod'
import { SCOPES } from './access.ts'
import type { Timestamp } from './clock.ts'
import type { CallId, RunId, ToolId } from './ids.ts'

export const TOOL_LANGUAGES = ['python', 'typescript', 'mcp'] as const
export type ToolLanguage = (typeof TOOL_LANGUAGES)[number]

/** The effect of running the same call again; see `CallEffect` of the port of storage. */
export const TOOL_EFFECTS = ['database', 'readonly', 'idempotent', 'once'] as const
export type ToolEffect = (typeof TOOL_EFFECTS)[number]

/** Seconds that a call may take unless its tool says otherwise, and the most that it may say. Chosen by hand. */
export const DEFAULT_TOOL_SECONDS = 30
export const MAX_TOOL_SECONDS = 300

/** Everything about a tool that its versions keep. Fields added later need a default, since stored versions lack them. */
export const ToolDefinition = z.object({
  name: z.string(),
  description: z.string(),
  language: z.enum(TOOL_LANGUAGES),
  /** Program text; for `mcp` the name of the server. */
  source: z.string(),
  /** JSON Schema of the arguments. */
  parameters: z.record(z.string(), z.unknown()),
  /** Name of the function in the source. */
  entry: z.string(),
  /** The author's source; everything else is read from the source again when that changes. */
  given: z.array(z.enum(['name', 'description', 'parameters', 'effect'])),
  tags: z.array(z.string()),
  effect: z.enum(TOOL_EFFECTS),
  requiresApproval: z.boolean(),
  /** Scopes that it may use beyond the memory of its own agent. */
  capabilities: z.array(z.enum(SCOPES)),
  /** Hosts that it may fetch from. */
  network: z.array(z.string()),
  /** Names of secrets of the operator that it may send to their hosts. */
  secrets: z.array(z.string()),
  timeoutSeconds: z.number(),
  /** Characters of a result that the model gets, if fewer than usual. */
  maxResultChars: z.number().optional(),
})
export type ToolDefinition = Readonly<z.infer<typeof ToolDefinition>>

/** A tool of a namespace. */
export interface StoredTool extends ToolDefinition {
  readonly id: ToolId
  /** 1 at creation; every change adds 1. */
  readonly version: number
  /** Author of version 1. */
  readonly author: string
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** Author of a version. */
export interface ToolAuthor {
  /** Name of the caller (`Access`), the id of the agent, or `import`. */
  readonly name: string
  /** Set if an agent wrote it. */
  readonly runId?: RunId | undefined
  readonly callId?: CallId | undefined
}

/** A version without its definition. */
export interface ToolVersionHead {
  readonly version: number
  readonly at: Timestamp
  readonly author: ToolAuthor
  readonly reason: string | null
  /** Characters of the source. */
  readonly chars: number
}

/** A person's approval of a tool for one agent. */
export const ToolGrant = z.object({
  /** SHA-256 of what runs. */
  digest: z.string(),
  capabilities: z.array(z.enum(SCOPES)),
  network: z.array(z.string()),
  secrets: z.array(z.string()),
})
export type ToolGrant = Readonly<z.infer<typeof ToolGrant>>

/** A tool that an agent has. */
export interface AttachedTool {
  readonly tool: StoredTool
  /** Null: nobody has approved it for this agent. */
  readonly grant: ToolGrant | null
  /** Its place among the tools whose schemas the model sees; 0: the model sees its name only. */
  readonly loaded: number
}
