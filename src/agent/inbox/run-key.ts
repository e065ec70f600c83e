import { type AgentId, isId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'

/** The key of a message sent without one is the id of its run. */
export function keyOf(run: Run): string {
  return run.idempotencyKey ?? run.id
}

/** The run that a message with this key began before. */
export async function runOfKey(
  reads: Pick<Reads, 'runs'>,
  agentId: AgentId,
  key: string,
): Promise<Run | undefined> {
  const known = await reads.runs.byIdempotencyKey(agentId, key)
  if (known || !isId('run', key)) return known
  const run = await reads.runs.get(key)
  return run?.agentId === agentId && run.idempotencyKey === null ? run : undefined
}
