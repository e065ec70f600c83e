import type { Agent } from '../../core/agent.ts'
import type { RunId } from '../../core/ids.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { MadeCall } from '../rules/tool-rules.ts'

/** A call with the number of its step. */
export interface StepMadeCall extends MadeCall {
  readonly step: number
}

/** The calls of the run that have their result, in order, for the tool rules. Empty for an agent without rules. */
export async function readCalls(
  reads: Pick<Reads, 'messages' | 'runs'>,
  agent: Pick<Agent, 'toolRules'>,
  runId: RunId,
): Promise<readonly StepMadeCall[]> {
  if (agent.toolRules.length === 0) return []
  const messages = await reads.messages.ofRun(runId)
  const returned = new Map(
    messages.flatMap((message) =>
      message.role === 'tool' ? [[message.callId, message.text]] : [],
    ),
  )
  const calls = await reads.runs.calls(runId)
  return calls
    .filter((call) => call.state === 'done')
    .map((call) => ({
      step: call.step,
      name: call.name,
      outcome:
        call.effect === 'none' ? 'refused' : call.status === 'success' ? 'success' : 'failed',
      returned: returned.get(call.id) ?? '',
    }))
}
