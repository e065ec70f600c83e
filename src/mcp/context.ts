import type { Agent, AgentType, MemoryCounts } from '../core/agent.ts'
import type { AgentSettings } from '../core/agent-settings.ts'
import type { Block, VersionHead } from '../core/block.ts'
import type { Timestamp } from '../core/clock.ts'
import type { AgentEvent, Change } from '../core/event.ts'
import type { FoundBy } from '../core/found.ts'
import type { AgentId, CallId, PassageId, RunId } from '../core/ids.ts'
import type { Message, MessageRole } from '../core/message.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'
import type { Run } from '../core/run.ts'
import type { ToolRule } from '../core/tool-rule.ts'

/*
 * What the MCP surface may do, declared by its user: `app.ts` satisfies it. Only add what a tool, resource or prompt
 * needs. `agent` is a reference as the outside gives it, an id or an exact name. Everything throws UserError for what
 * the caller can mend; anything else thrown is a fault of ours.
 */
export interface McpContext {
  readonly agents: AgentsPort
  readonly runs: RunsPort
  readonly memory: MemoryPort
  readonly archival: ArchivalPort
  readonly recall: RecallPort
  /** Changes of the whole store, this process's and others'. */
  onChange(listener: (change: Change) => void): () => void
}

export interface AgentView {
  readonly agent: Agent
  /** The system prompt in force: the agent's own, or that of its type. */
  readonly system: string
  readonly blocks: readonly Block[]
  readonly counts: MemoryCounts
}

export interface NewBlock {
  readonly label: string
  readonly value: string
  readonly description?: string | undefined
  readonly limit?: number | undefined
  readonly readOnly?: boolean | undefined
}

export interface NewAgent {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** Values of the blocks `persona` and `human`. */
  readonly persona?: string | undefined
  readonly human?: string | undefined
  readonly blocks?: readonly NewBlock[] | undefined
  /** Blocks that exist, to be shared. */
  readonly blockIds?: readonly string[] | undefined
  readonly model?: string | undefined
  readonly contextWindow?: number | undefined
  readonly agentType?: AgentType | undefined
  readonly system?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly tools?: readonly string[] | undefined
}

/** An empty `model` or `system` goes back to the default. */
export type AgentChanges = Partial<
  Pick<NewAgent, 'name' | 'description' | 'model' | 'contextWindow' | 'system' | 'tags' | 'tools'>
> & { readonly toolRules?: readonly ToolRule[] | undefined }

export interface AgentsPort {
  create(agent: NewAgent): Promise<AgentView>
  list(filter: {
    readonly query?: string | undefined
    readonly tags?: readonly string[] | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Agent>>
  get(agent: string): Promise<AgentView>
  update(agent: string, changes: AgentChanges): Promise<AgentView>
  delete(agent: string): Promise<AgentId>
  /** Exactly what the next model call would carry, and what each part costs. */
  inspect(agent: string): Promise<ContextAccount>
  configure(agent: string, settings: SettingsPatch): Promise<AgentSettings>
  /** Undefined: there is nothing that may leave the context. */
  compact(agent: string, signal: AbortSignal): Promise<Compacted | undefined>
  resetMessages(agent: string): Promise<{ readonly agentId: AgentId; readonly messages: number }>
  attachBlock(agent: string, blockId: string): Promise<AgentView>
  /** The block itself stays. */
  detachBlock(agent: string, blockId: string): Promise<AgentView>
}

export type SettingsPatch = {
  readonly [Name in keyof AgentSettings]?: AgentSettings[Name] | undefined
}

export interface Compacted {
  /** Messages that left the context. */
  readonly evicted: number
  /** How the summary in their place was written. */
  readonly method: 'model' | 'extract' | 'none'
  /** Why no model wrote it. */
  readonly problem?: string
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
  /** The request as JSON text. */
  readonly request: string
  /** The memory part of it: what the model sees of its blocks. */
  readonly memory: string
}

export interface RunView {
  readonly run: Run
  /** What the agent has said to the user in this run so far. */
  readonly reply: string
  /** Calls that are not made before somebody has said yes; absent: none. */
  readonly pendingApprovals?: readonly {
    readonly callId: CallId
    readonly toolName: string
    readonly arguments: string
  }[]
}

export interface RunsPort {
  /** Returns when the message is on disk, without waiting for the agent. */
  send(message: {
    readonly agent: string
    readonly text: string
    readonly idempotencyKey?: string | undefined
    readonly maxSteps?: number | undefined
  }): Promise<RunView>
  get(runId: string): Promise<RunView>
  /** The run when it is settled or `milliseconds` have passed or `signal` fires, whichever comes first; the run itself goes on. */
  wait(runId: RunId, milliseconds: number, signal: AbortSignal): Promise<RunView>
  cancel(runId: string): Promise<RunView>
  /** Answers for a call that waits for approval; without `callId`, the only one. */
  respond(
    runId: string,
    answer: {
      readonly callId?: string | undefined
      readonly approve: boolean
      readonly reason?: string | undefined
    },
  ): Promise<RunView>
  messages(runId: RunId): Promise<readonly Message[]>
  onProgress(runId: RunId, listener: (event: AgentEvent) => void): () => void
}

export interface SharedBlock {
  readonly block: Block
  /** The other agents that have it. */
  readonly sharedWith: readonly AgentId[]
}

export interface EditOptions {
  /** 0: the block must not exist. */
  readonly expectedVersion?: number | undefined
  /** Why, kept with the version. */
  readonly reason?: string | undefined
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

export interface MemoryAsOf {
  readonly agentId: AgentId
  readonly at: Timestamp
  /** With the text and version that they had then. */
  readonly blocks: readonly Block[]
}

export interface SearchFilter {
  readonly query?: string | undefined
  /** ISO 8601, inclusive; a date alone means that whole day, in UTC. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Found<T> {
  readonly item: T
  readonly score?: number
  readonly foundBy?: FoundBy
}

export interface FoundPage<T> extends Page<Found<T>> {
  /** Sentences: what had no part in it, and why. */
  readonly warnings?: readonly string[]
}

export interface ArchivalPort {
  insert(
    agent: string,
    texts: readonly string[],
    options: {
      readonly tags?: readonly string[] | undefined
      readonly source?: string | undefined
      readonly createdAt?: string | undefined
    },
  ): Promise<
    readonly {
      readonly id: PassageId
      readonly createdAt: Timestamp
      readonly duplicate: boolean
    }[]
  >
  search(
    agent: string,
    filter: SearchFilter & {
      readonly tags?: readonly string[] | undefined
      readonly matchAllTags?: boolean | undefined
    },
  ): Promise<FoundPage<Passage>>
  delete(agent: string, passageId: string): Promise<PassageId>
  get(passageId: string): Promise<Passage>
}

export interface RecallPort {
  search(
    agent: string,
    filter: SearchFilter & { readonly roles?: readonly MessageRole[] | undefined },
  ): Promise<FoundPage<Message>>
  /** The conversation as it was, newest page first, each page oldest first. */
  list(agent: string, limit: number): Promise<readonly Message[]>
}
