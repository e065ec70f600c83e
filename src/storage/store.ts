import type { Agent, MemoryCounts } from '../core/agent.ts'
import type { Author, Block } from '../core/block.ts'
import type { Timestamp } from '../core/clock.ts'
import type { Change } from '../core/event.ts'
import type {
  AgentId,
  ArchiveId,
  BlockId,
  CallId,
  MessageId,
  PassageId,
  RunId,
  StepId,
} from '../core/ids.ts'
import type { Message, MessageBody, MessageRole } from '../core/message.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'
import type {
  Approval,
  Finish,
  Run,
  RunError,
  RunStatus,
  StopReason,
  TokenUsage,
  WaitingFor,
} from '../core/run.ts'

/*
 * The port between Recollect and a database. Rules that every driver keeps:
 *
 * - Everything belongs to a namespace, and `in(namespace)` is the only way to it; only `claims` looks across.
 * - Writes happen in `transaction`. Its function awaits nothing but the transaction it is given: answers of models,
 *   embeddings, ids and times come in as values. It may be run again from the start.
 * - A change is written in the transaction that makes it (`changes`), and is told to nobody before the commit.
 * - Conditional writes answer `false` when their condition no longer holds; they never throw for it.
 */

/** An opened database. */
export interface Storage {
  in(namespace: string): Store
  readonly claims: Claims
  readonly changes: ChangeLog
  info(): Promise<StorageInfo>
  /** A consistent copy of the live database. Refuses an existing target. */
  backup(target: string): Promise<void>
  close(): Promise<void>
}

export interface StorageInfo {
  readonly kind: 'sqlite' | 'postgres'
  /** Where it is, for people; no credentials. */
  readonly location: string
  readonly schemaVersion: number
}

export interface Store extends Reads {
  /**
   * Runs `work` in one transaction that holds the write lock from its start, commits it and returns its result; if
   * `work` throws, nothing of it remains. Throws UserError `busy` when the lock can't be had, `storage_full`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

export interface Reads {
  readonly agents: AgentReads
  readonly blocks: BlockReads
  readonly messages: MessageReads
  readonly passages: PassageReads
  readonly runs: RunReads & CallReads
}

export interface Transaction {
  readonly agents: AgentReads & AgentWrites
  readonly blocks: BlockReads & BlockWrites
  readonly messages: MessageReads & MessageWrites
  readonly passages: PassageReads & PassageWrites
  readonly runs: RunReads & CallReads & RunWrites & ApprovalWrites
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
}

export type AgentPatch = Partial<
  Pick<
    Agent,
    'name' | 'description' | 'model' | 'contextWindow' | 'system' | 'tags' | 'tools' | 'toolRules'
  >
>

export interface AgentWrites {
  insert(agent: Agent): Promise<void>
  /** False: there is no such agent. */
  update(id: AgentId, patch: AgentPatch, at: Timestamp): Promise<boolean>
  /** Its history and runs go with it, and the blocks and archives that no other agent has. False: no such agent. */
  delete(id: AgentId, at: Timestamp): Promise<boolean>
}

// --- blocks ---

export interface BlockReads {
  get(id: BlockId): Promise<Block | undefined>
  /** The agent's block of that label. */
  find(agentId: AgentId, label: string): Promise<Block | undefined>
  /** In the order in which they were attached. */
  ofAgent(agentId: AgentId): Promise<readonly Block[]>
  agentsOf(id: BlockId): Promise<readonly AgentId[]>
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
  /** Makes `block` (as read in this transaction) its next version. */
  update(block: Block, patch: BlockPatch, note: VersionNote): Promise<Block>
  /** False: the agent has a block of that label already. */
  attach(agentId: AgentId, block: Pick<Block, 'id' | 'label'>, at: Timestamp): Promise<boolean>
}

// --- messages (recall memory) ---

export interface MessageSearch extends PageRequest {
  /** User text; absent: newest first. */
  readonly query?: string | undefined
  readonly roles?: readonly MessageRole[] | undefined
  /** Leaves out what belongs to this run: whoever searches in it has it before his eyes. */
  readonly exceptRun?: RunId | undefined
  /** Inclusive bounds. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface Hit<T> {
  readonly item: T
  /** Higher is better; comparable within one answer only. Absent where nothing was ranked. */
  readonly score?: number
  readonly foundBy?: 'keyword'
}

export interface MessageReads {
  /** The newest messages, oldest first: at most so many, and such that they fit into `tokens`. */
  recent(
    agentId: AgentId,
    most: { readonly messages?: number; readonly tokens?: number },
  ): Promise<readonly Message[]>
  /** Oldest first. */
  ofRun(runId: RunId): Promise<readonly Message[]>
  /** Only messages in which somebody says something. */
  search(agentId: AgentId, search: MessageSearch): Promise<Page<Hit<Message>>>
}

export interface NewMessage {
  readonly id: MessageId
  readonly runId: RunId | null
  readonly tokens: number
  readonly createdAt: Timestamp
  readonly body: MessageBody
}

export interface MessageWrites {
  /** All of one agent; they take its next numbers. */
  append(agentId: AgentId, messages: readonly NewMessage[]): Promise<void>
}

// --- passages (archival memory) ---

export interface PassageSearch extends PageRequest {
  /** User text; absent: newest first. */
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly matchAllTags?: boolean | undefined
  /** Inclusive bounds on `createdAt`. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface PassageReads {
  /** In any archive. */
  find(id: PassageId): Promise<Passage | undefined>
  /** In the archives of the agent. */
  search(agentId: AgentId, search: PassageSearch): Promise<Page<Hit<Passage>>>
  /** The archive that the agent's own inserts go to; undefined before the first. */
  defaultArchive(agentId: AgentId): Promise<ArchiveId | undefined>
}

export interface PassageWrites {
  /** Makes it the agent's default. */
  createArchive(
    agentId: AgentId,
    archive: { readonly id: ArchiveId; readonly name: string; readonly at: Timestamp },
  ): Promise<void>
  /**
   * Stores `passage`, or, if its archive has one of the same text and source, adds the tags to that one and returns
   * its id with `duplicate: true`.
   */
  insert(passage: Passage, at: Timestamp): Promise<InsertedPassage>
  /** False: none of the agent's archives has it. */
  delete(agentId: AgentId, id: PassageId, at: Timestamp): Promise<boolean>
}

export interface InsertedPassage {
  readonly id: PassageId
  readonly createdAt: Timestamp
  readonly duplicate: boolean
}

// --- runs, steps, tool calls ---

export interface NewRun {
  readonly id: RunId
  readonly agentId: AgentId
  readonly input: string
  readonly idempotencyKey: string | null
  readonly maxSteps: number
  /** The process that acknowledges it. */
  readonly acceptedBy: string
  readonly createdAt: Timestamp
}

export interface RunReads {
  get(id: RunId): Promise<Run | undefined>
  byIdempotencyKey(agentId: AgentId, key: string): Promise<Run | undefined>
  /** The run accepted before `id` that waits for somebody's doing and keeps the agent from later ones meanwhile. */
  blocking(agentId: AgentId, id: RunId): Promise<Run | undefined>
  /** Nothing that was accepted for its agent before is open any more. */
  hasItsTurn(id: RunId): Promise<boolean>
  /** Cancelled runs of the same agent that were accepted later and never started, oldest first. */
  cancelledBehind(id: RunId): Promise<readonly Run[]>
  /** The step that is under way, with its calls in order. */
  currentStep(runId: RunId): Promise<CurrentStep | undefined>
  /** Number of the newest step; 0: there is none. */
  lastStep(runId: RunId): Promise<number>
}

export interface CurrentStep {
  readonly id: StepId
  /** 1 for the first model call of the run. */
  readonly number: number
  /** `model`: the model has not answered yet; `tools`: its answer is stored and its calls are being made. */
  readonly state: 'model' | 'tools'
  /** Null while the model has not answered. */
  readonly finish: Finish | null
  readonly calls: readonly StepCall[]
}

/** What making a call again would do; `none` marks one that was refused and had its result from the start. */
export type CallEffect = 'database' | 'readonly' | 'idempotent' | 'once' | 'none'

export interface StepCall {
  readonly id: CallId
  readonly index: number
  readonly name: string
  readonly arguments: string
  readonly effect: CallEffect
  readonly state: 'planned' | 'started' | 'done'
  readonly status: 'success' | 'error' | null
  /** Null: it needs none. A call that waits for it is `planned`. */
  readonly approval: Approval | null
  readonly approvalReason: string | null
}

export interface CallReads {
  /** All calls of the run's steps, in order, each with the number of its step. */
  calls(runId: RunId): Promise<readonly (StepCall & { readonly step: number })[]>
}

/** The right to work on an agent, proved at each transaction: a higher fence shuts the older one out. */
export interface Lease {
  readonly namespace: string
  readonly agentId: AgentId
  readonly owner: string
  readonly fence: number
}

export interface RunWrites {
  insert(run: NewRun): Promise<void>
  /** False: it was started before, by this process or another. */
  start(id: RunId, at: Timestamp): Promise<boolean>
  /** First statement of every transaction of a step. False: another owner has the agent, and nothing may be written. */
  hold(lease: Lease, expiresAt: Timestamp): Promise<boolean>
  release(lease: Lease): Promise<void>
  /** False: the run is over already. */
  requestCancel(id: RunId, at: Timestamp): Promise<boolean>
  openStep(step: {
    readonly id: StepId
    readonly runId: RunId
    readonly number: number
    readonly at: Timestamp
  }): Promise<void>
  /** `model` → `tools`, with the calls to make. False: it has its answer already. */
  recordAnswer(stepId: StepId, answer: StepAnswer): Promise<boolean>
  /** Notes, before a tool with effects outside the database runs, that it may have run. False: it is done. */
  startCall(id: CallId): Promise<boolean>
  /** False: it was finished before, and its result is stored. */
  finishCall(id: CallId, status: 'success' | 'error'): Promise<boolean>
  closeStep(stepId: StepId, at: Timestamp): Promise<boolean>
  /** `running` → `waiting`. False: it is not running. */
  postpone(
    id: RunId,
    waiting: { readonly waitingFor: WaitingFor; readonly retryAt: Timestamp | null },
    at: Timestamp,
  ): Promise<boolean>
  /** Somebody takes the step up (1), or gives it back unharmed (-1). Returns how many have taken it up by now. */
  countAttempt(stepId: StepId, change: 1 | -1): Promise<number>
  /** False: it is over already. */
  finish(id: RunId, outcome: RunOutcome): Promise<boolean>
  setWarnings(id: RunId, warnings: readonly string[]): Promise<void>
}

export interface StepAnswer {
  readonly model: string
  readonly finish: Finish
  readonly calls: readonly NewCall[]
  readonly usage: TokenUsage
}

export interface NewCall extends Pick<StepCall, 'id' | 'index' | 'name' | 'arguments' | 'effect'> {
  /** It waits for a person before it is made. */
  readonly needsApproval?: boolean
}

export interface ApprovalWrites {
  /** It gets an error for its result and counts as never run. False: it is done. */
  refuseCall(id: CallId): Promise<boolean>
  /** `running` → `requires_approval`. False: it is not running. */
  awaitApproval(id: RunId, at: Timestamp): Promise<boolean>
  /** False: it was answered before, or the call does not wait any more. */
  answerApproval(
    id: CallId,
    answer: { readonly approved: boolean; readonly reason: string },
  ): Promise<boolean>
  /**
   * `requires_approval` → `queued`, for whoever is free, as if it had started later by the time it waited. False: it does
   * not wait for approval.
   */
  resume(id: RunId, at: Timestamp): Promise<boolean>
}

export interface RunOutcome {
  readonly status: Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>
  readonly stopReason: StopReason
  readonly error: RunError | null
  readonly at: Timestamp
}

export interface Claims {
  /**
   * The oldest run of any agent that nobody works on, taken with a lease for `owner`: `queued` becomes `running`, and
   * a run whose owner's lease has run out, or whose time to try again has come, is taken over. One run of an agent at a time, in the order of acceptance.
   * What another process accepted after `orphanedBefore` is left to that process, whose settings it was sent to.
   */
  next(claim: Claim): Promise<{ readonly run: Run; readonly lease: Lease } | undefined>
  /** All that work on something, or have accepted what is not over yet. */
  owners(): Promise<readonly string[]>
  /** Lets go of everything that `owner` works on or has accepted, for whoever is free next. */
  abandon(owner: string, at: Timestamp): Promise<void>
}

export interface Claim {
  readonly owner: string
  readonly now: Timestamp
  readonly expiresAt: Timestamp
  readonly orphanedBefore: Timestamp
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
}
