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
    ...(await sleeptimeOf(reads, agent)),
  }
}

async function sleeptimeOf(
  reads: Reads,
  { id }: Agent,
): Promise<Pick<AgentView, 'sleeptime'> | undefined> {
  const sleeptime = await reads.sleeptime.get(id)
  if (!sleeptime) return undefined
  const { isEnabled, everyTurns, model, writesNotes } = sleeptime
  const { companionId: agentId, doneTo: seq } = sleeptime
  const [last] = await reads.messages.recent(id, { messages: 1, before: seq + 1 })
  return { sleeptime: { isEnabled, everyTurns, model, writesNotes, agentId, doneTo: last?.id } }
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
