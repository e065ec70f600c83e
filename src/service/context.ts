import type { Agent } from '../core/agent.ts'
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
import type { AgentId } from '../core/ids.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { RunStatus, Sender } from '../core/run.ts'
import type { ArchivalPort, ArchivesPort, RecallPort } from './recall-port.ts'
import type { RunsPort } from './runs-port.ts'

export type * from './recall-port.ts'
export type * from './runs-port.ts'

/*
 * What the MCP surface may do, declared by its user: `app.ts` satisfies it. Only add what a tool, resource or prompt
 * needs. `agent` is a reference as the outside gives it, an id or an exact name. Everything throws UserError for what
 * the caller can mend; anything else thrown is a fault of ours.
 */
export interface McpContext {
  /** What exists here exists in it; of others nothing can be told. */
  readonly namespace: string
  /** The only agent there is for this client. */
  readonly pinnedTo?: AgentId
  readonly agents: AgentsPort
  readonly runs: RunsPort
  readonly memory: MemoryPort
  readonly archival: ArchivalPort
  readonly archives: ArchivesPort
  readonly recall: RecallPort
  readonly transfer: TransferPort
  readonly models: ModelsPort
  /** What is sealed with it before a restart can be opened after it. */
  signingKey(purpose: SealedThing): Promise<Uint8Array>
  stats(): Promise<Stats>
  /** Changes of the whole namespace, this process's and others'. */
  onChange(listener: (change: Change) => void): () => void
  concernedBy(change: Change): Promise<Concerned>
}

/** What goes through the client's hands and comes back. */
export type SealedThing = 'request-state' | 'cursor'

export interface ModelsPort {
  /** What an agent uses that names none, and why. */
  describeDefault(sender: Sender): Promise<{ readonly handle: string; readonly reason: string }>
  /** What refusals taught of models, in words. */
  learnt(): Promise<readonly { readonly handle: string; readonly abilities: readonly string[] }[]>
  /** Providers that are set up or found; without a list of models, they did not answer. */
  offers(
    sender: Sender,
  ): Promise<readonly { readonly provider: string; readonly models: readonly string[] | null }[]>
}

export interface Stats {
  readonly agents: number
  readonly blocks: number
  readonly messages: number
  readonly passages: number
  readonly runs: Readonly<Record<RunStatus, number>>
  readonly schemaVersion: number
  readonly archival: ArchivalCounts
  /** Of every archive and agent that is embedded. */
  readonly embeddings: readonly EmbeddingCounts[]
  /** What all namespaces take together; absent: it is not for this one to know. */
  readonly server?: {
    /** On the disk. */
    readonly bytes: number
    /** Of this server's memory now, for indexes of vectors. */
    readonly indexBytes: number
  }
}

export interface AgentsPort {
  create(agent: NewAgent): Promise<AgentView>
  list(filter: {
    readonly query?: string | undefined
    readonly tags?: readonly string[] | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Agent>>
  /** The agent alone, for whoever needs no more of it. */
  find(agent: string): Promise<Agent>
  get(agent: string): Promise<AgentView>
  update(agent: string, changes: AgentChanges): Promise<AgentView>
  delete(agent: string): Promise<AgentId>
  /** Exactly what the next model call would carry, and what each part costs. */
  inspect(agent: string): Promise<ContextAccount>
  configure(agent: string, settings: SettingsPatch): Promise<AgentSettings>
  /** What embedding its messages would take; null: they are embedded already. */
  messagesToEmbed(agent: string): Promise<MessagesToEmbed | null>
  /** Undefined: there is nothing that may leave the context. */
  compact(agent: string, signal: AbortSignal): Promise<Compacted | undefined>
  resetMessages(agent: string): Promise<{ readonly agentId: AgentId; readonly messages: number }>
  attachBlock(agent: string, blockId: string): Promise<AgentView>
  /** The block itself stays. */
  detachBlock(agent: string, blockId: string): Promise<AgentView>
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
  /** A request larger than this is compacted before it is made. */
  readonly compactsAt: number
  /** Messages that the next compaction would put aside. */
  readonly nextEvicted: number
  /** What the provider can cache from one step to the next, as long as memory is not edited. */
  readonly stablePrefixTokens: number
  /** What lies in archival memory. */
  readonly archival: ArchivalCounts
  /** The request as JSON text. */
  readonly request: string
  /** The memory part of it: what the model sees of its blocks. */
  readonly memory: string
}

export interface MemoryPort {
  /** All blocks of the agent, or the one of that label. */
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
  /** Exactly one occurrence. */
  replace(
    agent: string,
    label: string,
    oldText: string,
    newText: string,
    options?: EditOptions,
  ): Promise<SharedBlock>
  append(agent: string, label: string, text: string, options?: EditOptions): Promise<SharedBlock>
  /** Of all blocks, newest first; `query` is a part of label, description or value, or an id. */
  list(filter: PageRequest & { readonly query?: string | undefined }): Promise<Page<SharedBlock>>
  /** One that no agent has yet. */
  create(block: NewBlock): Promise<SharedBlock>
  /** Newest first. */
  history(agent: string, label: string, page: PageRequest): Promise<Page<VersionHead>>
  /** Unified; to the present version unless `to` is given. */
  diff(agent: string, label: string, from: number, to?: number): Promise<string>
  restore(agent: string, label: string, version: number): Promise<SharedBlock>
  /** `at` is ISO 8601; a date alone includes that day. */
  asOf(agent: string, at: string, label?: string): Promise<MemoryAsOf>
}

/** Agents as the texts of files. */
export interface TransferPort {
  /** As it is now, or as it was when that id was given out; kept for some minutes. */
  export(agent: string, exportId?: string): Promise<{ readonly id: string; readonly text: string }>
  /** A new agent, or none at all. */
  import(text: string): Promise<{ readonly agentId: AgentId; readonly warnings: readonly string[] }>
}
