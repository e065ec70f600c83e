import type { Timestamp } from './clock.ts'
import type { AgentId, BlockId, CallId, RunId } from './ids.ts'
import type { Metadata } from './metadata.ts'

/** In characters. Chosen by hand. */
export const DEFAULT_BLOCK_LIMIT = 5_000
export const BLOCK_LABEL = /^[A-Za-z0-9_./-]{1,128}$/

/** A named piece of memory that sits in the context of every agent it is attached to. */
export interface Block {
  readonly id: BlockId
  readonly label: string
  readonly value: string
  readonly description: string
  /** Maximum length of the value in characters (code points). */
  readonly limit: number
  /** The agent can't edit it; MCP clients can. */
  readonly readOnly: boolean
  /** 1 at creation; every change adds 1. */
  readonly version: number
  readonly metadata?: Metadata
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** Author of a change; kept with every version. */
export type Author =
  | { readonly kind: 'client' }
  | { readonly kind: 'import' }
  | {
      readonly kind: 'agent'
      readonly agentId: AgentId
      /** Null: the edit happened before the agent was imported. */
      readonly runId: RunId | null
      readonly callId: CallId | null
    }

/** A stored version of a block. */
export interface BlockVersion
  extends Pick<Block, 'version' | 'value' | 'description' | 'limit' | 'readOnly'> {
  readonly at: Timestamp
  readonly author: Author
  readonly reason: string | null
}

/** A version of a block without its text. */
export interface VersionHead {
  readonly version: number
  readonly at: Timestamp
  readonly author: Author
  readonly reason: string | null
  /** Length of the text in characters. */
  readonly chars: number
}

export interface NewBlock {
  readonly label: string
  readonly value: string
  readonly description?: string | undefined
  readonly limit?: number | undefined
  readonly readOnly?: boolean | undefined
  readonly metadata?: Metadata | undefined
}

export interface EditOptions {
  /** The edit fails unless the block has this version. 0: the block must not exist. */
  readonly expectedVersion?: number | undefined
  /** Reason for the edit; kept with the version. */
  readonly reason?: string | undefined
}

/** A block and the other agents that have it. */
export interface SharedBlock {
  readonly block: Block
  readonly sharedWith: readonly AgentId[]
}

/** An agent's blocks at one moment, with the text and version of that moment. */
export interface MemoryAsOf {
  readonly agentId: AgentId
  readonly at: Timestamp
  readonly blocks: readonly Block[]
}
