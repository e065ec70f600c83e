import { spokenText } from '../../core/message.ts'
import { isSettled, type Run, type RunView, waitsForAgent } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import { awaitedRuns, pendingApprovals } from './answer-approval.ts'
import { waitingWarnings } from './waiting-warnings.ts'

export async function viewRun(reads: Reads, run: Run): Promise<RunView> {
  // Its message enters the history when it starts.
  const messages = run.startedAt === null ? [] : await reads.messages.ofRun(run.id)
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
    ...(isSettled(run) && { usageByModel: await reads.runs.usageByModel(run.id) }),
  }
}

async function awaitsOf(reads: Reads, run: Run) {
  const awaited = await awaitedRuns(reads, run)
  return awaited.map(({ id: runId, agentId }) => ({ runId, agentId }))
}
