import { UserError } from '../../core/errors.ts'
import { type AgentId, isId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'

/** Throws a UserError if the agent has no such task. */
export async function findTask(
  reads: Pick<Reads, 'runs'>,
  id: string,
  agentId: AgentId,
): Promise<Run> {
  const run = isId('run', id) ? await reads.runs.get(id) : undefined
  if (run && run.senderAgentId === agentId && run.notice !== 'none') return run
  throw new UserError('not_found', `You have no task ${id}. list_tasks shows those that you have.`)
}
