import type { Agent, AgentType, MemoryCounts, Summary } from './agent.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { Block, NewBlock } from './block.ts'
import type { Timestamp } from './clock.ts'
import type { AgentId, MessageId } from './ids.ts'
import type { Metadata } from './metadata.ts'
import type { Speaker } from './route.ts'
import type { ToolRule } from './tool-rule.ts'

/* An agent as callers create, change and read it. */

export interface AgentFields {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly model?: string | undefined
  readonly embedding?: string | undefined
  readonly contextWindow?: number | undefined
  readonly system?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly tools?: readonly string[] | undefined
  readonly metadata?: Metadata | undefined
  /** Takes a model of a provider that is unknown here; the default model answers in its place. */
  readonly takesAnyModel?: boolean | undefined
  /** Takes built-in tools that this server can't run; a call of one fails. */
  readonly keepsMissingTools?: boolean | undefined
}

/** An empty `model`, `embedding` or `system` resets the field to its default. */
export interface AgentChanges extends AgentFields {
  readonly toolRules?: readonly ToolRule[] | undefined
}

export interface NewAgent extends AgentFields {
  readonly agentType?: AgentType | undefined
  readonly toolRules?: readonly ToolRule[] | undefined
  readonly settings?: SettingsPatch | undefined
  /** Gives it the blocks `persona` and `human` unless it brings its own; true unless given. */
  readonly hasStandardBlocks?: boolean | undefined
  /** Values of the blocks `persona` and `human`. */
  readonly persona?: string | undefined
  readonly human?: string | undefined
  readonly blocks?: readonly NewBlock[] | undefined
  /** Existing blocks to share with the new agent. */
  readonly blockIds?: readonly string[] | undefined
}

/** An agent with its blocks and the size of its memory. */
export interface AgentView {
  readonly agent: Agent
  /** The effective system prompt: the agent's own, or the default of its type. */
  readonly system: string
  readonly blocks: readonly Block[]
  readonly counts: MemoryCounts
  /** The agent that answers in its default conversation, if it was handed off. */
  readonly route?: Speaker & { readonly at: Timestamp }
  /** Absent: it never had a sleep-time agent. */
  readonly sleeptime?: SleeptimeView | undefined
}

export interface SleeptimeView {
  readonly isEnabled: boolean
  readonly everyTurns: number
  readonly model: string | null
  readonly writesNotes: boolean
  /** The companion; absent where other agents are not named. */
  readonly agentId?: AgentId | undefined
  /** The last message that it has dealt with; absent: none. */
  readonly doneTo?: MessageId | undefined
}

export type SettingsPatch = {
  readonly [Name in keyof AgentSettings]?: AgentSettings[Name] | undefined
}

/** The cost of embedding an agent's messages. */
export interface MessagesToEmbed {
  /** `provider/model` that would embed them; null: no model is configured. */
  readonly handle: string | null
  readonly messages: number
  /** An estimate. */
  readonly tokens: number
}

export interface Compacted {
  /** Messages that left the context. */
  readonly evicted: number
  /** How the summary that replaces them was written. */
  readonly method: Summary['method'] | 'none'
  /** The summary; absent: none was written. */
  readonly summary?: string
  /** Why no model could write the summary. */
  readonly problem?: string
}
