import type { Author, Block, BlockVersion, VersionHead } from '../../core/block.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, BlockId } from '../../core/ids.ts'
import type { Metadata } from '../../core/metadata.ts'
import type { Page, PageRequest } from '../../core/page.ts'

/* The part of the port `store.ts` for memory blocks and their versions. */

export interface BlockFilter extends PageRequest {
  /** Case-insensitive substring of the label, description or value; or a block id. */
  readonly query?: string | undefined
}

export interface BlockReads extends VersionReads {
  /** Newest first, attached or not. */
  list(filter: BlockFilter): Promise<Page<Block>>
  get(id: BlockId): Promise<Block | undefined>
  /** The agent's block with that label. */
  find(agentId: AgentId, label: string): Promise<Block | undefined>
  /** In the order of attachment. */
  ofAgent(agentId: AgentId): Promise<readonly Block[]>
  agentsOf(id: BlockId): Promise<readonly AgentId[]>
  /** When each of the agent's blocks was attached, in that order. */
  attachments(agentId: AgentId): Promise<readonly Attachment[]>
}

export interface Attachment {
  readonly blockId: BlockId
  readonly at: Timestamp
}

export interface VersionReads {
  /** Newest first. */
  versions(id: BlockId, page: PageRequest): Promise<Page<VersionHead>>
  /** Full versions above number `after`, oldest first. */
  versionsAfter(id: BlockId, after: number, limit: number): Promise<readonly BlockVersion[]>
  /** The text of that version. */
  valueAt(id: BlockId, version: number): Promise<string | undefined>
  /** The blocks attached to the agent at that moment, with their state of that moment, in the order of attachment. */
  asOf(agentId: AgentId, at: Timestamp): Promise<readonly Block[]>
}

export interface VersionNote {
  readonly author: Author
  readonly at: Timestamp
  readonly reason?: string | undefined
}

export type BlockPatch = Partial<Pick<Block, 'value' | 'description' | 'limit' | 'readOnly'>>

export interface BlockWrites {
  /** Creates version 1. */
  insert(
    block: Omit<Block, 'version' | 'createdAt' | 'updatedAt'>,
    note: VersionNote,
  ): Promise<Block>
  /** Inserts a block with its versions from 1 on, without gaps, in order of time. The last one becomes its state. */
  insertHistory(
    block: Pick<Block, 'id' | 'label'>,
    versions: readonly [BlockVersion, ...BlockVersion[]],
  ): Promise<Block>
  /**
   * Adds the next version to `block` (as read in this transaction). Its time is never before that of the last version.
   */
  update(block: Block, patch: BlockPatch, note: VersionNote): Promise<Block>
  /** False: the agent already has a block with that label. */
  attach(agentId: AgentId, block: Pick<Block, 'id' | 'label'>, at: Timestamp): Promise<boolean>
  /** Metadata is not part of the versions. */
  setMetadata(id: BlockId, metadata: Metadata, at: Timestamp): Promise<void>
  /** Deletes the block with its versions; agents that have it lose it. False: there is no such block. */
  delete(id: BlockId, at: Timestamp): Promise<boolean>
  /** Keeps the block, and remembers the attachment for `asOf`. False: it was not attached. */
  detach(agentId: AgentId, id: BlockId, at: Timestamp): Promise<boolean>
}
