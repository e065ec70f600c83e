import type { Agent } from '../../core/agent.ts'
import type { AgentView } from '../../core/agent-view.ts'
import type { Reads, Transaction } from '../../storage/port/store.ts'
import { checkRoom } from '../compaction/check-room.ts'
import { systemPrompt } from '../context/system-prompt.ts'

export async function viewAgent(reads: Reads, agent: Agent): Promise<AgentView> {
  return {
    agent,
    system: systemPrompt(agent),
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
  }
}

/** View of an agent after a change. Throws a UserError if the agent no longer fits its context window. */
export async function checkedView(tx: Transaction, agent: Agent): Promise<AgentView> {
  const view = await viewAgent(tx, agent)
  checkRoom(agent, view.blocks)
  return view
}
