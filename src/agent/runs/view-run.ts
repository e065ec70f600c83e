import { type AgentId, isId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import {
  type AcceptedRun,
  isSettled,
  type Run,
  type RunView,
  waitsForAgent,
} from '../../core/run.ts'
import type { Reads, WholeRun } from '../../storage/port/store.ts'
import { noSuchRun } from '../inbox/find-run.ts'
import { awaitedRuns, pendingApprovals } from './answer-approval.ts'
import { waitingWarnings } from './waiting-warnings.ts'

/** Throws a UserError if there is no such run, or if it belongs to an agent other than `agentId`. */
export async function viewRun(reads: Reads, id: string, agentId?: AgentId): Promise<RunView> {
  const whole = isId('run', id) ? await reads.runs.whole(id) : undefined
  if (!whole || (agentId !== undefined && whole.run.agentId !== agentId)) throw noSuchRun(id)
  return viewWhole(reads, whole)
}

/** A run that has just been queued. */
export function viewQueued(
  reads: Reads,
  { isBehind, ...run }: AcceptedRun,
): RunView | Promise<RunView> {
  if (!isBehind) return { run, reply: '', pendingApprovals: [] }
  return viewWhole(reads, { run, messages: [], usage: [] })
}

async function viewWhole(reads: Reads, { run, messages, usage }: WholeRun): Promise<RunView> {
  const answers = messages.filter((message) => message.role === 'assistant')
  const said = answers.map(spokenText)
  const speaker = answers.findLast((message) => message.said.length > 0)?.speaker
  return {
    run: { ...run, warnings: [...run.warnings, ...(await waitingWarnings(reads, run))] },
    ...(speaker && { answeredBy: speaker }),
    ...(waitsForAgent(run) && { awaits: await awaitsOf(reads, run) }),
    reply: said.filter((text) => text !== '').join('\n'),
    pendingApprovals: await pendingApprovals(reads, run),
    // Waiting clients poll often; usage is reported once, at the end.
    ...(isSettled(run) && { usageByModel: usage }),
  }
}

async function awaitsOf(reads: Reads, run: Run) {
  const awaited = await awaitedRuns(reads, run)
  return awaited.map(({ id: runId, agentId }) => ({ runId, agentId }))
}
