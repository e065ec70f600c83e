import type { Agent } from '../../core/agent.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { InnerTool } from './inner-tool.ts'

/** Answers which tools there are. */
export interface ToolRegistry {
  /**
   * The tools of the agent, in its order; a name that stands for no tool is left out. It awaits nothing but `reads`, so
   * it may be called in a transaction.
   */
  ofAgent(
    reads: Pick<Reads, 'agents'>,
    agent: Pick<Agent, 'id' | 'tools'>,
  ): Promise<readonly InnerTool[]>
  /**
   * The names of these tools, without repeats. Throws a UserError if an agent of the namespace can't have one of them.
   */
  resolve(reads: Pick<Reads, 'agents'>, references: readonly string[]): Promise<readonly string[]>
}
