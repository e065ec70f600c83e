import type { Agent } from '../../core/agent.ts'
import type { AgentView } from '../../core/agent-view.ts'
import { defaultConversation } from '../../core/conversation.ts'
import type { Reads, Transaction } from '../../storage/port/store.ts'
import { checkRoomOf } from '../compaction/check-room.ts'
import { systemPrompt } from '../context/system-prompt.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'

export async function viewAgent(reads: Reads, agent: Agent): Promise<AgentView> {
  const route = await reads.conversations.route(defaultConversation(agent.id))
  const other = route && (await reads.agents.get(route.agentId))
  return {
    agent,
    system: systemPrompt(agent),
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
    ...(route && other && { route: { agentId: other.id, name: other.name, at: route.at } }),
  }
}

/** View of an agent after a change. Throws a UserError if the agent no longer fits its context window. */
export async function checkedView(
  tx: Transaction,
  registry: ToolRegistry,
  agent: Agent,
): Promise<AgentView> {
  await checkRoomOf(tx, registry, agent)
  return viewAgent(tx, agent)
}
