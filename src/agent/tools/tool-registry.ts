import type { Caller } from '../../core/access.ts'
import type { Agent } from '../../core/agent.ts'
import type { AgentId } from '../../core/ids.ts'
import type { Reads, Transaction } from '../../storage/port/store.ts'
import type { InnerTool } from './inner-tool.ts'

/** Answers which tools there are. */
export interface ToolRegistry {
  /**
   * The tools of the agent, in its order; a name that stands for no tool is left out. It awaits nothing but `reads`, so
   * it may be called in a transaction.
   */
  ofAgent(
    reads: Pick<Reads, 'tools'>,
    agent: Pick<Agent, 'id' | 'tools' | 'contextWindow'>,
  ): Promise<readonly InnerTool[]>
  /**
   * The names of these tools, without repeats. Throws a UserError if an agent of the namespace can't have one of them.
   * With `keepsMissing`, built-in tools that this server can't run are kept: a call of one fails.
   */
  resolve(
    reads: Pick<Reads, 'tools'>,
    references: readonly string[],
    keepsMissing?: boolean,
  ): Promise<readonly string[]>
  /**
   * Gives the agent the stored ones of these tools and takes all others from it. What the caller gives counts as
   * approved. Throws a UserError if the caller may not give one of them.
   */
  assign(tx: Transaction, agentId: AgentId, names: readonly string[], caller: Caller): Promise<void>
  /**
   * From now on the present version of the tool needs no approval for this agent that has it. With a caller: throws a
   * UserError if the caller may not approve it.
   */
  approve(tx: Transaction, agentId: AgentId, name: string, caller?: Caller): Promise<void>
}
