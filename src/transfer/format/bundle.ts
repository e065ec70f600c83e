import type { ToolFields } from '../../core/tool-view.ts'
import type { AgentFile, FileBlock } from './agent-file.ts'

/** Agents that are imported together, with what they share. */
export interface Bundle {
  readonly agents: readonly BundledAgent[]
  /** The agents are a team: its manager, then its members. */
  readonly group?: { readonly name: string; readonly maxTurns: number }
  /** Blocks of no agent. */
  readonly looseBlocks: readonly FileBlock[]
  /** Code that an agent of the bundle has among its tools, by name. */
  readonly tools: readonly BundledTool[]
  /** Sentences about what had no place here. */
  readonly warnings: readonly string[]
}

export interface BundledAgent {
  readonly file: AgentFile
  /** Per block of the file: its key if other agents of the bundle may have the same block. */
  readonly blockKeys: readonly (string | undefined)[]
}

export interface BundledTool {
  readonly name: string
  readonly fields: ToolFields
}

/** Changes that the importer asks for. */
export interface ImportOptions {
  /** Name of the first agent. */
  readonly name?: string | undefined
  /** Added to a name that another agent has; absent: ` (imported)`. Empty: the name is taken all the same. */
  readonly suffix?: string | undefined
  /** Model of all agents. */
  readonly model?: string | undefined
  /** Leaves out the messages. */
  readonly withoutMessages?: boolean | undefined
}
