import type { Agent } from '../core/agent.ts'
import type { AgentSettings } from '../core/agent-settings.ts'
import type { Block } from '../core/block.ts'
import type { MessageBody } from '../core/message.ts'
import type { ToolRule } from '../core/tool-rule.ts'

/** What those who run agents say of one that comes from a file. Whatever throws, throws UserError. */
export interface AgentChecks {
  /** Rejects if this server can't use a model of that handle. */
  model(handle: string): Promise<void>
  isTool(name: string): boolean
  /** Throws if such rules can't be kept with these tools. */
  toolRules(rules: readonly ToolRule[], tools: readonly string[]): void
  /** Throws if no agent can be set so. */
  settings(settings: AgentSettings): AgentSettings
  /** Throws if what is always in its context leaves no room for a conversation. */
  room(agent: Agent, blocks: readonly Block[]): void
  /** What a message takes of a context window, estimated. */
  messageTokens(body: MessageBody): number
}
