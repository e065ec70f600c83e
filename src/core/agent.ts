import type { AgentSettings } from './agent-settings.ts'
import type { Timestamp } from './clock.ts'
import type { AgentId, SummaryId } from './ids.ts'
import type { Metadata } from './metadata.ts'
import type { ToolRule } from './tool-rule.ts'

export const AGENT_TYPES = ['memgpt_agent', 'letta_v1_agent'] as const
export type AgentType = (typeof AGENT_TYPES)[number]

/** In tokens. Chosen by hand. */
export const DEFAULT_CONTEXT_WINDOW = 32_000
/**
 * The smallest window in which an agent with default memory and tools can still hold a conversation. Chosen by hand.
 */
export const MIN_CONTEXT_WINDOW = 4_000

/** An agent's identity and configuration, without its memory. */
export interface Agent {
  readonly id: AgentId
  readonly name: string
  readonly description: string
  readonly agentType: AgentType
  /** `provider/model`; null: resolved from the server's settings at each run. */
  readonly model: string | null
  /** Handle of the embedding model, as `EmbedderRegistry` knows it; null: the server's default. */
  readonly embedding: string | null
  readonly contextWindow: number
  /** Custom system prompt; null: the default of the agent type. */
  readonly system: string | null
  readonly tags: readonly string[]
  /** Names of its internal tools, in the order in which the model sees them. */
  readonly tools: readonly string[]
  readonly settings: AgentSettings
  readonly toolRules: readonly ToolRule[]
  readonly metadata?: Metadata
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** How much an agent remembers outside its context window. */
export interface MemoryCounts {
  readonly messages: number
  readonly passages: number
}

/** The part of a conversation that is in context, and what is known of the agent's model. */
export interface ContextState {
  /** `seq` of the oldest message in context; older ones are found by search. */
  readonly from: number
  /** Across its conversations: tokens counted by the provider divided by our estimate; 1 until a provider has counted. */
  readonly tokenRatio: number
  /** The agent was warned, since the last compaction, that its context is nearly full. */
  readonly pressureTold: boolean
  /** Across its conversations: context window of the model as learned from a provider's refusal; null: no provider has refused a request. */
  readonly learnedWindow: number | null
  /** Across its conversations: the last real model that ran it; null: none yet, so the rehearsal model may stand in. */
  readonly ranOn: string | null
  /** Summaries of messages before this `seq` are no longer shown. */
  readonly summariesFrom: number
  readonly summary: Summary | null
}

export const SUMMARY_METHODS = ['model', 'extract'] as const
export type SummaryMethod = (typeof SUMMARY_METHODS)[number]

/** Replaces the messages `fromSeq` to `toSeq` and all earlier summaries. */
export interface Summary {
  readonly id: SummaryId
  readonly text: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly until: Timestamp
  /** `extract`: no model was available, so the text was extracted by rule. */
  readonly method: SummaryMethod
}
