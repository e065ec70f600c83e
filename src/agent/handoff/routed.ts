import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import type { AgentId, CallId, ConversationId, RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Reads, Transaction } from '../../storage/port/store.ts'

/** The tool that hands a conversation off. */
export const HAND_OFF = 'hand_off'

/** The conversation in which the agent answers for another one's conversation; the same every time. */
export function guestConversation(of: ConversationId, agentId: AgentId): ConversationId {
  return deriveId('conv', 'route', of, agentId)
}

/** On behalf of this call a run waits for the one to which its message was passed on. */
export function routeCall(id: RunId): CallId {
  return deriveId('call', 'route', id)
}

/** The conversation that the user knows, and the agents that have had the user's message so far. */
export interface Routed {
  /** The run that the user's message began. */
  readonly first: Run
  readonly agents: ReadonlySet<AgentId>
}

/** Goes back from a run to the one that the user's message began, through the runs that it was passed on to. */
export async function routedFrom(reads: Pick<Reads, 'runs'>, run: Run): Promise<Routed> {
  const agents = new Set([run.agentId])
  const above: Run[] = [run]
  for (let at = run; at.parentRunId !== null; ) {
    const parent = await reads.runs.get(at.parentRunId)
    if (!parent) break
    above.push(parent)
    at = parent
  }
  // The conversation of a guest follows from the one that the user knows.
  const place = above.findLastIndex(
    ({ conversationId }) => guestConversation(conversationId, run.agentId) === run.conversationId,
  )
  const first = above[place]
  if (!first) return { first: run, agents }
  for (const { agentId } of above.slice(0, place + 1)) agents.add(agentId)
  return { first, agents }
}

/** Creates the guest's conversation, if it is not there yet. */
export async function openGuestConversation(
  tx: Transaction,
  of: ConversationId,
  agent: Agent,
  at: Timestamp,
): Promise<ConversationId> {
  const id = guestConversation(of, agent.id)
  if (await tx.conversations.get(id)) return id
  const title = 'Handed to this agent'
  await tx.conversations.insert({ id, agentId: agent.id, title, createdAt: at })
  return id
}
