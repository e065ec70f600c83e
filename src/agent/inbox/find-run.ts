import { UserError } from '../../core/errors.ts'
import { type AgentId, isId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'

/** Throws a UserError if there is no such run, or if it belongs to an agent other than `agentId`. */
export async function findRun(
  reads: Pick<Reads, 'runs'>,
  id: string,
  agentId?: AgentId,
): Promise<Run> {
  const run = isId('run', id) ? await reads.runs.get(id) : undefined
  if (run && (agentId === undefined || run.agentId === agentId)) return run
  throw noSuchRun(id)
}

export function noSuchRun(id: string): UserError {
  return new UserError(
    'not_found',
    `There is no run ${id}. The run_id is in the result of send_message.`,
  )
}
