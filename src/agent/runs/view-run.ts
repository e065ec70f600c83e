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
    ...(isSettled(run) && { usageByModel: await reads.runs.usageByModel(run.id) }),
  }
}
