import type { AgentSettings } from './agent-settings.ts'
import type { Timestamp } from './clock.ts'
import type { AgentId, SummaryId } from './ids.ts'
import type { ToolRule } from './tool-rule.ts'

export const AGENT_TYPES = ['memgpt_agent', 'letta_v1_agent'] as const
export type AgentType = (typeof AGENT_TYPES)[number]

export const DEFAULT_CONTEXT_WINDOW = 32_000
/** The smallest window in which an agent with default memory and tools can still hold a conversation. */
export const LEAST_CONTEXT_WINDOW = 4_000

/** What an agent is, apart from what it remembers. */
export interface Agent {
  readonly id: AgentId
  readonly name: string
  readonly description: string
  readonly agentType: AgentType
  /** `provider/model`; null: chosen at each run. */
  readonly model: string | null
  /** What embeds its archive, as `EmbedderRegistry` knows it; null: as the server is set. */
  readonly embedding: string | null
  readonly contextWindow: number
  /** Its author's system prompt; null: the one that comes with its type. */
  readonly system: string | null
  readonly tags: readonly string[]
  /** Names of its inner tools, in the order the model sees them. */
  readonly tools: readonly string[]
  readonly settings: AgentSettings
  readonly toolRules: readonly ToolRule[]
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** How much an agent remembers outside its context window. */
export interface MemoryCounts {
  readonly messages: number
  readonly passages: number
}

/** What an agent sees of its history. */
export interface ContextState {
  /** Number of the oldest message in sight; older ones are found by search. */
  readonly from: number
  /** What providers count, by what we estimate; 1 until one has counted. */
  readonly tokenRatio: number
  /** It has been told, since the last compaction, that its context is nearly full. */
  readonly pressureTold: boolean
  /** The context window of its model, where a provider told of it by refusing a request. */
  readonly learnedWindow: number | null
  /** The last real model that answered it; null: none has yet, so the rehearsal may stand in. */
  readonly ranOn: string | null
  /** Summaries of messages before this number were put aside with them. */
  readonly summariesFrom: number
  readonly summary: Summary | null
}

export const SUMMARY_METHODS = ['model', 'extract'] as const
export type SummaryMethod = (typeof SUMMARY_METHODS)[number]

/** Stands for the messages `fromSeq` to `toSeq`, and for all that the summaries before it stood for. */
export interface Summary {
  readonly id: SummaryId
  readonly text: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly until: Timestamp
  /** `extract`: the model could not be had, and the words were picked by rule. */
  readonly method: SummaryMethod
}
