import type { Agent } from '../core/agent.ts'
import type { RunId } from '../core/ids.ts'
import type { Reads } from '../storage/store.ts'
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
  return {
    agent,
    blocks: await reads.blocks.ofAgent(agent.id),
    counts: await reads.agents.counts(agent.id),
    history: inTurns(await reads.messages.recent(agent.id, { tokens: agent.contextWindow }), runId),
    now,
    ...turn,
  }
}
