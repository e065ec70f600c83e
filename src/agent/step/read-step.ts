import type { Agent } from '../../core/agent.ts'
import type { Message } from '../../core/message.ts'
import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { ContextInput } from '../context/compile-context.ts'
import { countRepeats, REPEATS_TO_WARN } from '../context/find-repeats.ts'
import { readContext } from '../context/read-context.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { mayOnlySpeak } from './decide.ts'
import { readCalls } from './read-calls.ts'

/** Reads the context input for that step of the run. */
export async function readStep(
  reads: Reads,
  registry: ToolRegistry,
  agent: Agent,
  run: Run,
  number: number,
  now: number,
  /** The messages of the run. */
  messages: () => Promise<readonly Message[]> = () => reads.messages.ofRun(run.id),
): Promise<ContextInput> {
  const speakNow = mayOnlySpeak(number, run.maxSteps) ? { maxSteps: run.maxSteps } : null
  // Fewer steps can't repeat themselves so often that it matters.
  const repeats = number <= REPEATS_TO_WARN ? 0 : countRepeats(await messages())
  const calls = await readCalls(reads, agent, run.id)
  const turn = { speakNow, repeats, calls }
  return readContext(reads, registry, agent, run.conversationId, run.id, now, turn)
}
