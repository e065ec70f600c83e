import type { Caller, Scope } from '../core/access.ts'
import type { Agent, AgentType, Summary } from '../core/agent.ts'
import type { AgentSettings } from '../core/agent-settings.ts'
import type {
  AgentChanges,
  AgentView,
  Compacted,
  MessagesToEmbed,
  NewAgent,
  SettingsPatch,
} from '../core/agent-view.ts'
import type { ArchivalCounts } from '../core/archive.ts'
import type { EditOptions, MemoryAsOf, NewBlock, SharedBlock, VersionHead } from '../core/block.ts'
import type { EmbeddingCounts } from '../core/embedding-counts.ts'
import type { Change, Concerned } from '../core/event.ts'
import type { AgentId, GroupId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { ProviderOffer } from '../core/model-offer.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { RunStatus, Sender, TokenUsage } from '../core/run.ts'
import type { Purpose } from '../core/token-use.ts'
import type { AgentWalk, BlockWalk } from '../core/walk.ts'
import type { CompanionsPort } from './companions-port.ts'
import type { ConversationsPort } from './conversations-port.ts'
import type { FoldersPort } from './folders-port.ts'
import type { GroupsPort } from './groups-port.ts'
import type { JobsPort } from './jobs-port.ts'
import type { LoadPort } from './load-port.ts'
import type { ArchivalPort, ArchivesPort, RecallPort } from './recall-port.ts'
import type { RunsPort } from './runs-port.ts'
import type { SchedulesPort } from './schedules-port.ts'
import type { SyncPort } from './sync-port.ts'
import type { ToolsPort } from './tools-port.ts'
import type { BlockChanges } from './walks.ts'

export type * from './companions-port.ts'
export type * from './conversations-port.ts'
export type * from './folders-port.ts'
export type * from './groups-port.ts'
export type * from './jobs-port.ts'
export type * from './load-port.ts'
export type * from './recall-port.ts'
export type * from './runs-port.ts'
export type * from './schedules-port.ts'
export type * from './sync-port.ts'
export type * from './tools-port.ts'
export type * from './walks.ts'

/*
 * Port of everything that the MCP surface may do; `src/assemble` implements it. Add only what a tool, resource or prompt
 * needs. `agent` is an id or an exact name. Methods throw a UserError for errors that the caller can fix; any other
 * error is a bug.
 */
export interface McpContext {
  /** All data reachable through this context is in this namespace. */
  readonly namespace: string
  /** Set if the client is limited to one agent. */
  readonly pinnedTo?: AgentId
  readonly agents: AgentsPort
  readonly conversations: ConversationsPort
  readonly runs: RunsPort
  readonly jobs: JobsPort
  readonly groups: GroupsPort
  readonly schedules: SchedulesPort
  readonly syncs: SyncPort
  readonly companions: CompanionsPort
  readonly load: LoadPort
  readonly folders: FoldersPort
  readonly memory: MemoryPort
  readonly archival: ArchivalPort
  readonly archives: ArchivesPort
  readonly recall: RecallPort
  readonly tools: ToolsPort
  readonly transfer: TransferPort
  readonly models: ModelsPort
  /** Key to seal data that passes through clients. It is stored, so sealed data survives a restart. */
  signingKey(purpose: SealedThing): Promise<Uint8Array>
  stats(): Promise<Stats>
  /**
   * Calls `listener` for every change in the namespace, by this or another process. Returns the function that
   * unsubscribes.
   */
  onChange(listener: (change: Change) => void): () => void
  concernedBy(change: Change): Promise<Concerned>
}

/** Kinds of sealed data that pass through clients. */
export type SealedThing = 'request-state' | 'cursor'

export interface ModelsPort {
  /** The model for agents that name none, and why it was chosen. */
  describeDefault(sender?: Sender): Promise<{ readonly handle: string; readonly reason: string }>
  /** Whether this server can be set up to embed with it. */
  knowsEmbedding(handle: string): boolean
  /** Per model, how requests are changed because a provider refused earlier ones; sentences. */
  learnt(): Promise<readonly { readonly handle: string; readonly abilities: readonly string[] }[]>
  /** Configured and detected providers. `models` is null for a provider that did not answer. */
  offers(sender: Sender): Promise<readonly ProviderOffer[]>
}

export interface Stats {
  readonly agents: number
  readonly blocks: number
  readonly messages: number
  readonly passages: number
  readonly runs: Readonly<Record<RunStatus, number>>
  readonly schemaVersion: number
  readonly archival: ArchivalCounts
  readonly tokens: TokenStats
  /** One entry per embedded archive or agent. */
  readonly embeddings: readonly EmbeddingCounts[]
  /** Totals of all namespaces; absent for a namespace that must not see them. */
  readonly server?: {
    /** Size of the database on disk. */
    readonly bytes: number
    /** Memory that this process uses for in-memory vector indexes. */
    readonly indexBytes: number
  }
}

export interface TokenStats {
  readonly total: PurposeTokens
  readonly today: PurposeTokens
  /** Null: any number. */
  readonly maxPerDay: number | null
  /** Why work in the background has stopped for today; absent: it has not. */
  readonly stopped?: string | undefined
}

/** Tokens by what they were spent on. */
export type PurposeTokens = Readonly<Partial<Record<Purpose, number>>>

export interface AgentsPort {
  /** Tools that reach further than the agent's own memory need a caller with the scope `admin`. */
  create(agent: NewAgent, caller?: Caller): Promise<AgentView>
  list(filter: {
    readonly query?: string | undefined
    readonly tags?: readonly string[] | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Agent>>
  walk(walk: AgentWalk): Promise<readonly AgentView[]>
  count(): Promise<number>
  /** Tags of all agents, sorted. */
  tags(): Promise<readonly string[]>
  /** The built-in tools, with the JSON Schema of their arguments. */
  databaseTools(): readonly ToolDescription[]
  /** Names of the tools of an agent that is created without a list. */
  defaultTools(type: AgentType): readonly string[]
  /** The agent without its blocks and other details. */
  find(agent: string): Promise<Agent>
  get(agent: string): Promise<AgentView>
  update(agent: string, changes: AgentChanges, caller?: Caller): Promise<AgentView>
  delete(agent: string): Promise<AgentId>
  /** A new agent with the settings and blocks of another one, without its archives. */
  copy(
    agent: string,
    options: {
      /** Absent: made up from the name of the original. */
      readonly name?: string | undefined
      /** Labels of blocks that both have from then on; the others are copied. */
      readonly shareBlocks: readonly string[]
      readonly withHistory: boolean
    },
  ): Promise<AgentView>
  /** Asks the agent's model, without the agent's memory and without leaving a trace in it. */
  askAside(
    agent: string,
    text: string,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly usage: TokenUsage }>
  /**
   * The request that the next model call would send, and the tokens of each part. With `contextWindow`, as if the agent
   * had that one.
   */
  inspect(agent: string, contextWindow?: number): Promise<ContextAccount>
  configure(agent: string, settings: SettingsPatch): Promise<AgentSettings>
  /** Cost of embedding the agent's messages; null if they are embedded already. */
  messagesToEmbed(agent: string): Promise<MessagesToEmbed | null>
  /** Undefined if nothing can leave the context. */
  compact(agent: string, signal: AbortSignal): Promise<Compacted | undefined>
  resetMessages(agent: string): Promise<{ readonly agentId: AgentId; readonly messages: number }>
  attachBlock(agent: string, blockId: string): Promise<AgentView>
  /** Detaches the block without deleting it. */
  detachBlock(agent: string, blockId: string): Promise<AgentView>
}

export interface ToolDescription {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export interface ContextAccount {
  readonly agentId: AgentId
  readonly contextWindow: number
  readonly totalTokens: number
  readonly parts: readonly {
    readonly name: string
    readonly tokens: number
    readonly count: number
  }[]
  /** Threshold in tokens: a larger request is compacted before it is sent. */
  readonly compactsAt: number
  /** Number of messages that the next compaction would evict. */
  readonly nextEvicted: number
  /** These messages, oldest first. */
  readonly evicts: readonly Message[]
  /** Notes on the messages that were evicted so far; null: none. */
  readonly summary: Summary | null
  /** Tokens of the prefix that stays the same between steps and so can be cached, as long as memory is not edited. */
  readonly stablePrefixTokens: number
  /** Counts of archival passages. */
  readonly archival: ArchivalCounts
  /** The request as JSON text. */
  readonly request: string
  /** The memory section of the request, as the model sees it. */
  readonly memory: string
}

export interface MemoryPort {
  /** All blocks of the agent, or only the one with that label. */
  read(
    agent: string,
    label?: string,
  ): Promise<{ readonly agentId: AgentId; readonly blocks: readonly SharedBlock[] }>
  write(
    agent: string,
    label: string,
    value: string,
    options: EditOptions & {
      readonly description?: string | undefined
      readonly limit?: number | undefined
      readonly readOnly?: boolean | undefined
    },
  ): Promise<SharedBlock>
  /** Replaces `oldText`, which must occur exactly once. */
  replace(
    agent: string,
    label: string,
    oldText: string,
    newText: string,
    options?: EditOptions,
  ): Promise<SharedBlock>
  append(agent: string, label: string, text: string, options?: EditOptions): Promise<SharedBlock>
  /** All blocks, newest first. `query` matches an id or a part of label, description or value. */
  list(filter: PageRequest & { readonly query?: string | undefined }): Promise<Page<SharedBlock>>
  /** Creates a block that is not attached to any agent. */
  create(block: NewBlock): Promise<SharedBlock>
  walk(walk: BlockWalk): Promise<readonly SharedBlock[]>
  get(blockId: string): Promise<SharedBlock>
  update(blockId: string, changes: BlockChanges): Promise<SharedBlock>
  /** Takes the block from all agents, and deletes it with its versions. */
  remove(blockId: string): Promise<void>
  /** Versions, newest first. */
  history(agent: string, label: string, page: PageRequest): Promise<Page<VersionHead>>
  /** Unified diff from version `from` to version `to`; default: the current one. */
  diff(agent: string, label: string, from: number, to?: number): Promise<string>
  restore(agent: string, label: string, version: number): Promise<SharedBlock>
  /** Memory at a point in time. `at` is ISO 8601; a date alone means the end of that day in UTC. */
  asOf(agent: string, at: string, label?: string): Promise<MemoryAsOf>
}

/** Agents as the text of an agent file. */
export interface TransferPort {
  /** The agent, or the group with its agents, as it is now, or the snapshot with that `exportId`, which is kept for some minutes. */
  export(agent: string, exportId?: string): Promise<{ readonly id: string; readonly text: string }>
  /** The agent as a file of Letta (.af). */
  exportLetta(agent: string): Promise<string>
  /** Creates new agents from a file of Recollect or Letta, or fails without creating anything. */
  import(
    text: string,
    options?: {
      /** Name of the first agent. */
      readonly name?: string | undefined
      /** Added to a name that another agent has; empty: the name is taken all the same. */
      readonly suffix?: string | undefined
      readonly model?: string | undefined
      /** Rights of the importer, with which its messages at set times are answered. Null: all; absent: none. */
      readonly scopes?: readonly Scope[] | null | undefined
      readonly withoutMessages?: boolean | undefined
    },
  ): Promise<{
    /** The first agent; of a team, its manager. */
    readonly agentId: AgentId
    readonly agentIds: readonly AgentId[]
    readonly groupId?: GroupId
    readonly warnings: readonly string[]
  }>
}
