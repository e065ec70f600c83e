import type { Timestamp } from './clock.ts'
import type { AgentId } from './ids.ts'
import type { ToolRule } from './tool-rule.ts'

export const AGENT_TYPES = ['memgpt_agent', 'letta_v1_agent'] as const
export type AgentType = (typeof AGENT_TYPES)[number]

export const DEFAULT_CONTEXT_WINDOW = 32_000

/** What an agent is, apart from what it remembers. */
export interface Agent {
  readonly id: AgentId
  readonly name: string
  readonly description: string
  readonly agentType: AgentType
  /** `provider/model`; null: chosen at each run. */
  readonly model: string | null
  readonly contextWindow: number
  /** Its author's system prompt; null: the one that comes with its type. */
  readonly system: string | null
  readonly tags: readonly string[]
  /** Names of its inner tools, in the order the model sees them. */
  readonly tools: readonly string[]
  readonly toolRules: readonly ToolRule[]
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** How much an agent remembers outside its context window. */
export interface MemoryCounts {
  readonly messages: number
  readonly passages: number
}
