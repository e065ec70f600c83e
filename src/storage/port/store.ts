import type { Agent, MemoryCounts } from '../../core/agent.ts'
import type { Clock, Timestamp } from '../../core/clock.ts'
import type { Change, ChangeKind } from '../../core/event.ts'
import type { AgentId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { RunStatus } from '../../core/run.ts'
import type { ArchiveReads, ArchiveWrites } from './archive-store.ts'
import type { BlockReads, BlockWrites } from './block-store.ts'
import type { Claims } from './claim-store.ts'
import type { CompanionWrites, SleeptimeReads, SleeptimeWrites } from './companion-store.ts'
import type { ConversationReads, ConversationWrites } from './conversation-store.ts'
import type { FileReads, FileWrites } from './file-store.ts'
import type { GroupReads, GroupWrites } from './group-store.ts'
import type { JobQueue, JobReads, JobWrites } from './job-store.ts'
import type { LearnedStore } from './learned-store.ts'
import type { PictureReads, PictureWrites } from './picture-store.ts'
import type {
  MessageReads,
  MessageSearches,
  MessageWrites,
  PassageReads,
  PassageSearches,
  PassageWrites,
} from './recall-store.ts'
import type { ApprovalWrites, AskWrites, CallReads, RunReads, RunWrites } from './run-store.ts'
import type { DueSchedules, ScheduleReads, ScheduleWrites } from './schedule-store.ts'
import type { TokenStore } from './token-store.ts'
import type { TokenUseReads, TokenUseWrites } from './token-use-store.ts'
import type { ToolReads, ToolWrites } from './tool-store.ts'
import type { EmbeddingTasks, VectorWrites } from './vector-store.ts'
import type { WaitReads, WaitWrites } from './wait-store.ts'
import type { WalkReads } from './walk-store.ts'

export type * from './archive-store.ts'
export type * from './block-store.ts'
export type * from './claim-store.ts'
export type * from './companion-store.ts'
export type * from './conversation-store.ts'
export type * from './file-store.ts'
export type * from './group-store.ts'
export type * from './job-store.ts'
export type * from './learned-store.ts'
export type * from './picture-store.ts'
export type * from './recall-store.ts'
export type * from './run-store.ts'
export type * from './schedule-store.ts'
export type * from './token-store.ts'
export type * from './token-use-store.ts'
export type * from './tool-store.ts'
export type * from './vector-store.ts'
export type * from './wait-store.ts'
export type * from './walk-store.ts'

/*
 * The port between Recollect and a database. Rules for every driver:
 *
 * - Everything belongs to a namespace, and `in(namespace)` is the only access to it; only `claims`, `endpoints`,
 *   `embeddings`, `jobs`, `schedules` and `tokens` work across namespaces.
 * - Writes happen in `transaction`. Its function awaits only calls of its transaction: model answers, vectors, ids and
 *   times are passed in as values. It may be run again from the start.
 * - A change is logged in the transaction that makes it (`changes`), and announced only after the commit.
 * - Conditional writes return `false` if their condition no longer holds; they do not throw.
 */

/** An opened database. */
export interface Storage {
  in(namespace: string): Store
  readonly claims: Claims<Transaction>
  readonly jobs: JobQueue
  readonly schedules: DueSchedules
  readonly embeddings: EmbeddingTasks
  readonly tokens: TokenStore
  readonly learned: LearnedStore
  readonly endpoints: EndpointStore
  readonly changes: ChangeLog
  /** The time shared by all processes on the database; leases use it. */
  readonly clock: Clock
  info(): Promise<StorageInfo>
  /** Reads the version from the database, so it also serves as a health check. */
  schemaVersion(): Promise<number>
  /** Row counts. Counts in short slices without blocking; concurrent changes may or may not be included. */
  counts(namespace: string): Promise<RowCounts>
  /** Memory of this process's in-memory vector indexes, in bytes. */
  indexBytes(): Promise<number>
  /** Starts what the first search would have to wait for. `meaning`: vectors will be searched. */
  prepareSearch(wants: { readonly meaning: boolean }): void
  /** 32 random bytes per name, created once and the same for every process on this data. */
  signingKey(name: string): Promise<Uint8Array>
  /** Writes a consistent copy of the live database. Throws if the target exists. */
  backup(target: string): Promise<void>
  /** All defects found, a phrase each; reads the whole database. Empty for databases that check themselves. */
  check(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Model servers that answered without being configured; they get more time to answer the next time. */
export interface EndpointStore {
  /** Their base URLs. */
  answered(): Promise<ReadonlySet<string>>
  note(baseUrl: string, at: Timestamp): Promise<void>
}

export interface StorageInfo {
  readonly kind: 'sqlite' | 'postgres'
  /** For people; without credentials. */
  readonly location: string
  readonly schemaVersion: number
  /** Size on disk, in bytes. */
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
  readonly walks: WalkReads
  /**
   * Runs `work` in one write transaction, commits it and returns its result; if `work` throws, everything is rolled
   * back. Throws UserError `busy` if the lock is not available in time, or `storage_full`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * Reads of one moment, regardless of concurrent writes. Blocks nobody, so `work` may take long; but space of
   * overwritten rows is not reused before it ends.
   */
  snapshot<T>(work: (reads: Reads) => Promise<T>): Promise<T>
}

export interface Reads {
  readonly agents: AgentReads
  readonly archives: ArchiveReads
  readonly blocks: BlockReads
  readonly conversations: ConversationReads
  readonly files: FileReads
  readonly messages: MessageReads
  readonly passages: PassageReads
  readonly pictures: PictureReads
  readonly runs: RunReads & CallReads & WaitReads
  readonly tools: ToolReads
  readonly jobs: JobReads
  readonly groups: GroupReads
  readonly schedules: ScheduleReads
  readonly sleeptime: SleeptimeReads
  readonly tokenUse: TokenUseReads
}

export interface Transaction {
  readonly agents: AgentReads & AgentWrites
  readonly archives: ArchiveReads & ArchiveWrites
  readonly blocks: BlockReads & BlockWrites
  readonly conversations: ConversationReads & ConversationWrites
  readonly files: FileReads & FileWrites
  readonly messages: MessageReads & MessageWrites
  readonly passages: PassageReads & PassageWrites
  readonly pictures: PictureReads & PictureWrites
  readonly runs: RunReads &
    CallReads &
    WaitReads &
    RunWrites &
    ApprovalWrites &
    AskWrites &
    WaitWrites
  readonly tools: ToolReads & ToolWrites
  readonly jobs: JobReads & JobWrites
  readonly groups: GroupReads & GroupWrites
  readonly schedules: ScheduleReads & ScheduleWrites
  readonly companions: CompanionWrites
  readonly sleeptime: SleeptimeReads & SleeptimeWrites
  readonly tokenUse: TokenUseReads & TokenUseWrites
  readonly vectors: VectorWrites
  /** This transaction has changed something of that kind. */
  hasChanged(kind: ChangeKind): boolean
}

// --- agents ---

export interface AgentFilter extends PageRequest {
  /** Case-insensitive substring of the name or description. */
  readonly query?: string | undefined
  /** Agents that have all of these tags. */
  readonly tags?: readonly string[] | undefined
}

export interface AgentReads {
  get(id: AgentId): Promise<Agent | undefined>
  /** Exact, case-sensitive match; names need not be unique. At most `limit`. */
  named(name: string, limit: number): Promise<readonly Agent[]>
  /** Leaves out agents that do not exist. */
  namesOf(ids: readonly AgentId[]): Promise<ReadonlyMap<AgentId, string>>
  /** Newest first. */
  list(filter: AgentFilter): Promise<Page<Agent>>
  counts(id: AgentId): Promise<MemoryCounts>
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
    | 'metadata'
  >
>

export interface AgentWrites {
  /** With its default conversation. */
  insert(agent: Agent): Promise<void>
  /** False: there is no such agent. */
  update(id: AgentId, patch: AgentPatch, at: Timestamp): Promise<boolean>
  /**
   * Deletes the agent with its companions, conversations and runs, and the blocks and archives attached to no other agent. False: no such
   * agent.
   */
  delete(id: AgentId, at: Timestamp): Promise<boolean>
}

// --- changes ---

/** The changes that a commit has logged. */
export interface Logged {
  readonly changes: readonly Change[]
  /** Number of the change right before these in the log; null: that is not known. */
  readonly before: number | null
}

export interface ChangeLog {
  head(): Promise<number>
  /** In order, without gaps. At most `limit`. */
  after(seq: number, limit: number): Promise<readonly Change[]>
  /** False only if certainly nothing was committed since the last call. Cheap enough for ten calls a second. */
  mayHaveChanged(): boolean
  /** Numbers are given in the order of commits, and without gaps between commits. */
  readonly isInOrder: boolean
  /** Calls the listener after each commit of this process, with what it logged. */
  onCommit(listener: (logged: Logged) => void): void
  /** Calls the listener when another process may have logged changes, if the database has notifications. */
  onNotice(listener: () => void): void
}
