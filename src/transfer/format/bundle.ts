import type { Scope } from '../../core/access.ts'
import type { AgentId } from '../../core/ids.ts'
import type { ToolFields } from '../../core/tool-view.ts'
import type { AgentFile, FileBlock } from './agent-file.ts'

/** Agents that are imported together, with what they share: blocks and archives with the same key are one. */
export interface Bundle {
  readonly agents: readonly AgentFile[]
  readonly groups: readonly BundledGroup[]
  /** Blocks of no agent. */
  readonly looseBlocks: readonly FileBlock[]
  /** Tools of its agents that are not built in. */
  readonly tools: readonly BundledTool[]
  /** Sentences about what had no place here. */
  readonly warnings: readonly string[]
}

export interface BundledGroup {
  readonly name: string
  readonly maxTurns: number
  /** Places of its agents in the bundle, from 0. */
  readonly manager: number
  readonly members: readonly number[]
  /** Number of the manager's conversation in which the group is messaged, from 1; absent: it begins anew. */
  readonly conversation?: number | undefined
  /** Ids that its agents had, the manager's first: messages name them. */
  readonly knownAs: readonly AgentId[]
}

export type BundledTool =
  | { readonly kind: 'code'; readonly name: string; readonly fields: ToolFields }
  /** A tool of a tool server. */
  | { readonly kind: 'server'; readonly name: string; readonly server: string }

/** Changes that the importer asks for. */
export interface ImportOptions {
  /** Name of the first agent. */
  readonly name?: string | undefined
  /** Added to a name that another agent has; absent: ` (imported)`. Empty: the name is taken all the same. */
  readonly suffix?: string | undefined
  /** Model of all agents. */
  readonly model?: string | undefined
  /** Rights of the importer, with which its messages at set times are answered. Null: all; absent: none. */
  readonly scopes?: readonly Scope[] | null | undefined
  /** Leaves out the messages. */
  readonly withoutMessages?: boolean | undefined
}
