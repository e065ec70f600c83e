import type { Agent } from '../core/agent.ts'
import type { Reads } from '../storage/store.ts'
import type { ContextInput } from './compile-context.ts'

/** What `compileContext` needs, as it is now. */
export async function readContext(
  reads: Pick<Reads, 'agents' | 'blocks' | 'messages'>,
  agent: Agent,
  now: number,
  turn: Pick<ContextInput, 'speakNow' | 'repeats'>,
): Promise<ContextInput> {
  return {
    agent,
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
    history: await reads.messages.recent(agent.id, { tokens: agent.contextWindow }),
    now,
    ...turn,
  }
}
