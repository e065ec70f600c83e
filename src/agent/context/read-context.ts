import type { Agent, ContextState } from '../../core/agent.ts'
import type { RunId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { ContextInput } from './compile-context.ts'
import { inTurns } from './in-turns.ts'

/** What `compileContext` needs, as it is now; `runId` is the run at work, null for a look from outside. */
export async function readContext(
  reads: Pick<Reads, 'agents' | 'blocks' | 'messages'>,
  agent: Agent,
  runId: RunId | null,
  now: number,
  turn: Pick<ContextInput, 'speakNow' | 'repeats' | 'calls'>,
): Promise<ContextInput> {
  const stored = await reads.agents.contextState(agent.id)
  // An agent that was set to drop what leaves its context is not shown what an older setting made of it.
  const drops = agent.settings.compactionMode === 'drop'
  const state = drops ? { ...stored, summary: null } : stored
  return {
    agent,
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
    state,
    history: inTurns(await messagesInSight(reads, agent, state), runId),
    now,
    ...turn,
  }
}

/**
 * Where a turn has lost its first steps, what the user said at its beginning stays in sight. What a provider's filter
 * refused does not: it would have every later request refused, too.
 */
async function messagesInSight(
  reads: Pick<Reads, 'messages'>,
  agent: Agent,
  state: ContextState,
): Promise<readonly Message[]> {
  const messages = await reads.messages.inSight(agent.id, state.from)
  const [first] = messages
  if (!first || first.role === 'user') return messages
  const asked = await reads.messages.userMessageBefore(agent.id, first.seq)
  return asked ? [asked, ...messages] : messages
}
