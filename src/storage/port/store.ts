import type { Agent, ContextState, MemoryCounts, Summary } from '../../core/agent.ts'
import type { Author, Block, BlockVersion, VersionHead } from '../../core/block.ts'
import type { Clock, Timestamp } from '../../core/clock.ts'
import type { Change } from '../../core/event.ts'
import type { AgentId, BlockId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { RunStatus } from '../../core/run.ts'
import type { LearnedStore } from './learned-store.ts'
import type {
  ArchiveReads,
  ArchiveWrites,
  MessageReads,
  MessageSearches,
  MessageWrites,
  PassageReads,
  PassageSearches,
  PassageWrites,
} from './recall-store.ts'
import type {
  ApprovalWrites,
  AskWrites,
  CallReads,
  Claims,
  RunReads,
  RunWrites,
} from './run-store.ts'
import type { TokenStore } from './token-store.ts'
import type { EmbeddingTasks, VectorWrites } from './vector-store.ts'

export type * from './learned-store.ts'
export type * from './recall-store.ts'
export type * from './run-store.ts'
export type * from './token-store.ts'
export type * from './vector-store.ts'

/*
 * The port between Recollect and a database. Rules that every driver keeps:
 *
 * - Everything belongs to a namespace, and `in(namespace)` is the only way to it; only `claims`, `endpoints`,
 *   `embeddings` and `tokens` look across.
 * - Writes happen in `transaction`. Its function awaits nothing but the transaction it is given: answers of models,
 *   embeddings, ids and times come in as values. It may be run again from the start.
 * - A change is written in the transaction that makes it (`changes`), and is told to nobody before the commit.
 * - Conditional writes answer `false` when their condition no longer holds; they never throw for it.
 */

/** An opened database. */
export interface Storage {
  in(namespace: string): Store
  readonly claims: Claims
  readonly embeddings: EmbeddingTasks
  readonly tokens: TokenStore
  readonly learned: LearnedStore
  readonly endpoints: EndpointStore
  readonly changes: ChangeLog
  /** The time that all who use the database share, by which leases run out. */
  readonly clock: Clock
  info(): Promise<StorageInfo>
  /** As the database says now; so it says, too, that it answers. */
  schemaVersion(): Promise<number>
  /** How much there is of everything. Counts in short slices, so that nobody waits for it; of what changes meanwhile, either. */
  counts(namespace: string): Promise<RowCounts>
  /** What indexes of vectors take of this process's memory now. */
  indexBytes(): Promise<number>
  /** 32 random bytes, made once for each name and the same for every process on this data. */
  signingKey(name: string): Promise<Uint8Array>
  /** A consistent copy of the live database. Refuses an existing target. */
  backup(target: string): Promise<void>
  /** What is damaged, a phrase each; reads everything. Empty where the database looks after that itself. */
  check(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Model servers that have answered, though nobody set them up: they are given more time to answer again. */
export interface EndpointStore {
  /** Their base URLs. */
  answered(): Promise<ReadonlySet<string>>
  note(baseUrl: string, at: Timestamp): Promise<void>
}

export interface StorageInfo {
  readonly kind: 'sqlite' | 'postgres'
  /** Where it is, for people; no credentials. */
  readonly location: string
  readonly schemaVersion: number
  /** What it takes on the disk. */
  readonly bytes: number
}

export interface RowCounts {
  readonly agents: number
  readonly blocks: number
  readonly messages: number
  readonly passages: number
  readonly runs: Readonly<Record<RunStatus, number>>
}

export interface Store extends Reads {
  readonly messages: MessageReads & MessageSearches
  readonly passages: PassageReads & PassageSearches
  /**
   * Runs `work` in one transaction that holds the write lock from its start, commits it and returns its result; if
   * `work` throws, nothing of it remains. Throws UserError `busy` when the lock can't be had, `storage_full`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * Reads of one moment, whatever is written while `work` goes on. It holds up nobody, so `work` may let others have
   * their turn; but the space of what was overwritten meanwhile is not used again before it ends.
   */
  snapshot<T>(work: (reads: Reads) => Promise<T>): Promise<T>
}

export interface Reads {
  readonly agents: AgentReads
  readonly archives: ArchiveReads
  readonly blocks: BlockReads
  readonly messages: MessageReads
  readonly passages: PassageReads
  readonly runs: RunReads & CallReads
}

export interface Transaction {
  readonly agents: AgentReads & AgentWrites
  readonly archives: ArchiveReads & ArchiveWrites
  readonly blocks: BlockReads & BlockWrites
  readonly messages: MessageReads & MessageWrites
  readonly passages: PassageReads & PassageWrites
  readonly runs: RunReads & CallReads & RunWrites & ApprovalWrites & AskWrites
  readonly vectors: VectorWrites
}

// --- agents ---

export interface AgentFilter extends PageRequest {
  /** A part of the name or description, case-insensitive. */
  readonly query?: string | undefined
  /** Agents that have all of them. */
  readonly tags?: readonly string[] | undefined
}

export interface AgentReads {
  get(id: AgentId): Promise<Agent | undefined>
  /** Exact and case-sensitive; names need not be unique. At most `limit`. */
  named(name: string, limit: number): Promise<readonly Agent[]>
  /** Newest first. */
  list(filter: AgentFilter): Promise<Page<Agent>>
  counts(id: AgentId): Promise<MemoryCounts>
  contextState(id: AgentId): Promise<ContextState>
  /** All that were ever written, oldest first. */
  summaries(id: AgentId): Promise<readonly Summary[]>
}

export type AgentPatch = Partial<
  Pick<
    Agent,
    | 'name'
    | 'description'
    | 'model'
    | 'contextWindow'
    | 'system'
    | 'tags'
    | 'tools'
    | 'toolRules'
    | 'settings'
    | 'embedding'
  >
>

export interface AgentWrites {
  insert(agent: Agent): Promise<void>
  /** False: there is no such agent. */
  update(id: AgentId, patch: AgentPatch, at: Timestamp): Promise<boolean>
  /** Changes what is given; a summary is added to those before it. */
  setContext(id: AgentId, state: Partial<ContextState>, at: Timestamp): Promise<void>
  /** Its history and runs go with it, and the blocks and archives that no other agent has. False: no such agent. */
  delete(id: AgentId, at: Timestamp): Promise<boolean>
}

// --- blocks ---

export interface BlockFilter extends PageRequest {
  /** A part of the label, description or value, case-insensitive; or a block's id. */
  readonly query?: string | undefined
}

export interface BlockReads extends VersionReads {
  /** Newest first, whether agents have them or not. */
  list(filter: BlockFilter): Promise<Page<Block>>
  get(id: BlockId): Promise<Block | undefined>
  /** The agent's block of that label. */
  find(agentId: AgentId, label: string): Promise<Block | undefined>
  /** In the order in which they were attached. */
  ofAgent(agentId: AgentId): Promise<readonly Block[]>
  agentsOf(id: BlockId): Promise<readonly AgentId[]>
  /** Since when the agent has its blocks, in the order in which they were attached. */
  attachments(agentId: AgentId): Promise<readonly Attachment[]>
}

export interface Attachment {
  readonly blockId: BlockId
  readonly at: Timestamp
}

export interface VersionReads {
  /** Newest first. */
  versions(id: BlockId, page: PageRequest): Promise<Page<VersionHead>>
  /** Whole, oldest first: those after number `after`. */
  versionsAfter(id: BlockId, after: number, limit: number): Promise<readonly BlockVersion[]>
  /** The text of that version. */
  valueAt(id: BlockId, version: number): Promise<string | undefined>
  /** The blocks that the agent had at that moment, as they were then, in the order in which they were attached. */
  asOf(agentId: AgentId, at: Timestamp): Promise<readonly Block[]>
}

export interface VersionNote {
  readonly author: Author
  readonly at: Timestamp
  readonly reason?: string | undefined
}

export type BlockPatch = Partial<Pick<Block, 'value' | 'description' | 'limit' | 'readOnly'>>

export interface BlockWrites {
  /** Version 1. */
  insert(
    block: Omit<Block, 'version' | 'createdAt' | 'updatedAt'>,
    note: VersionNote,
  ): Promise<Block>
  /** A block with a past: its versions from 1 on, without gaps, their times in order. It is what the last of them is. */
  insertHistory(
    block: Pick<Block, 'id' | 'label'>,
    versions: readonly [BlockVersion, ...BlockVersion[]],
  ): Promise<Block>
  /** Makes `block` (as read in this transaction) its next version, whose time is never before that of the last. */
  update(block: Block, patch: BlockPatch, note: VersionNote): Promise<Block>
  /** False: the agent has a block of that label already. */
  attach(agentId: AgentId, block: Pick<Block, 'id' | 'label'>, at: Timestamp): Promise<boolean>
  /** The block stays, and that the agent had it is remembered. False: the agent does not have it. */
  detach(agentId: AgentId, id: BlockId, at: Timestamp): Promise<boolean>
}

// --- changes ---

export interface ChangeLog {
  head(): Promise<number>
  /** In order, without gaps. At most `limit`. */
  after(seq: number, limit: number): Promise<readonly Change[]>
  /** False only if certainly nothing was committed since it was last asked. Cheap enough to ask ten times a second. */
  mayHaveChanged(): boolean
  /** Called after each commit of this process that wrote changes. */
  onCommit(listener: () => void): void
  /** Called whenever there may be changes of others to read, where one hears of them. */
  onNotice(listener: () => void): void
}
