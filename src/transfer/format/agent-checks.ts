import type { Agent } from '../../core/agent.ts'
import type { AgentSettings } from '../../core/agent-settings.ts'
import type { Block } from '../../core/block.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { MessageBody } from '../../core/message.ts'
import type { ToolDefinition } from '../../core/stored-tool.ts'
import type { ToolRule } from '../../core/tool-rule.ts'
import type { ToolFields } from '../../core/tool-view.ts'
import type { SleeptimeSettings, Transaction } from '../../storage/port/store.ts'

export type ShownBlock = Pick<Block, 'label' | 'description' | 'value' | 'limit' | 'readOnly'>
export type SystemParts = Pick<Agent, 'system' | 'agentType' | 'toolRules'>

/** The agent runtime as an import needs it, mostly for checks. All errors are UserError. */
export interface AgentChecks {
  /** Rejects if this server can't use the model. */
  model(handle: string): Promise<void>
  /** The handle of the model that answers an agent without one of its own; null: only the rehearsal does. */
  realDefault(): Promise<string | null>
  /** Whether it is the name of a built-in tool. */
  isTool(name: string): boolean
  /** Reads the code of a tool. */
  tool(fields: ToolFields): Promise<ToolDefinition>
  /** Throws if the rules are not valid with these tools. */
  toolRules(rules: readonly ToolRule[], tools: readonly string[]): void
  /** Throws if the settings are not valid. */
  settings(settings: AgentSettings): AgentSettings
  /** Throws if the fixed part of its context leaves no room for a conversation. */
  room(agent: Agent, blocks: readonly Block[]): void
  /** The system message of an agent, with these blocks in it. */
  systemMessage(agent: SystemParts, blocks: readonly ShownBlock[]): string
  /** When the cron expression comes next after `after`, in milliseconds since 1970. Undefined: never. */
  nextTime(cron: string, timezone: string, after: number): Promise<Timestamp | undefined>
  /** Gives the agent a sleep-time agent, which has tidied the messages up to `doneTo`. */
  beginSleeptime(
    tx: Transaction,
    agent: Agent,
    settings: SleeptimeSettings,
    doneTo: number,
    at: Timestamp,
  ): Promise<void>
  /** Estimated tokens of a message. */
  messageTokens(body: MessageBody): number
}
