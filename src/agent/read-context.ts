import type { Agent } from '../core/agent.ts'
import type { Reads } from '../storage/store.ts'
import type { ContextInput } from './compile-context.ts'

/** No context window holds more messages than this; older ones would be read only to be left out. */
const MOST_MESSAGES = 1_000

/** What `compileContext` needs, as it is now. */
export async function readContext(
  reads: Pick<Reads, 'agents' | 'blocks' | 'messages'>,
  agent: Agent,
  now: number,
  speakNow: ContextInput['speakNow'],
): Promise<ContextInput> {
  return {
    agent,
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
    history: await reads.messages.recent(agent.id, MOST_MESSAGES),
    now,
    speakNow,
  }
}
