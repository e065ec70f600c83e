import type { Agent } from '../core/agent.ts'
import type { AgentSettings } from '../core/agent-settings.ts'
import type { Block } from '../core/block.ts'
import type { MessageBody } from '../core/message.ts'
import type { ToolRule } from '../core/tool-rule.ts'

/** Checks of an imported agent by the agent runtime. All errors are UserError. */
export interface AgentChecks {
  /** Rejects if this server can't use the model. */
  model(handle: string): Promise<void>
  /** False: without a model of its own, only the rehearsal would answer it. */
  hasRealDefault(): Promise<boolean>
  isTool(name: string): boolean
  /** Throws if the rules are not valid with these tools. */
  toolRules(rules: readonly ToolRule[], tools: readonly string[]): void
  /** Throws if the settings are not valid. */
  settings(settings: AgentSettings): AgentSettings
  /** Throws if the fixed part of its context leaves no room for a conversation. */
  room(agent: Agent, blocks: readonly Block[]): void
  /** Estimated tokens of a message. */
  messageTokens(body: MessageBody): number
}
