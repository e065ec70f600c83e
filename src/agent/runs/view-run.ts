import { UserError } from '../../core/errors.ts'
import { type AgentId, isId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import { isSettled, type Run, type RunView } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import { pendingApprovals } from './answer-approval.ts'
import { waitingWarnings } from './waiting-warnings.ts'

export async function viewRun(reads: Reads, run: Run): Promise<RunView> {
  const messages = await reads.messages.ofRun(run.id)
  const said = messages.filter((message) => message.role === 'assistant').map(spokenText)
  return {
    run: { ...run, warnings: [...run.warnings, ...(await waitingWarnings(reads, run))] },
    reply: said.filter((text) => text !== '').join('\n'),
    pendingApprovals: await pendingApprovals(reads, run),
    // Waiting clients poll often; usage is reported once, at the end.
    ...(isSettled(run.status) && { usageByModel: await reads.runs.usageByModel(run.id) }),
  }
}

/** Throws a UserError if there is no such run, or if it belongs to an agent other than `agentId`. */
export async function findRun(
  reads: Pick<Reads, 'runs'>,
  id: string,
  agentId?: AgentId,
): Promise<Run> {
  const run = isId('run', id) ? await reads.runs.get(id) : undefined
  if (run && (agentId === undefined || run.agentId === agentId)) return run
  throw new UserError(
    'not_found',
    `There is no run ${id}. The run_id is in the result of send_message.`,
  )
}
