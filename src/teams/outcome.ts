import type { AgentId, RunId } from '../core/ids.ts'
import type { Run } from '../core/run.ts'

/** The outcome of a run, for the agent that began it. */
export interface Outcome {
  readonly agent: string
  readonly agent_id: AgentId
  readonly run_id: RunId
  readonly status: Run['status']
  /** Its words, if it said anything. */
  readonly reply?: string
  /** How it ended, if it said nothing or did not end well. */
  readonly note?: string
}

/** `reply`: the words of the run, perhaps none. */
export function outcomeOf(
  run: Pick<Run, 'id' | 'agentId' | 'status' | 'stopReason' | 'error'>,
  name: string,
  reply: string,
): Outcome {
  const note = noteOf(run, name, reply)
  return {
    agent: name,
    agent_id: run.agentId,
    run_id: run.id,
    status: run.status,
    ...(reply !== '' && { reply }),
    ...(note !== undefined && { note }),
  }
}

function noteOf(
  { status, stopReason, error }: Pick<Run, 'status' | 'stopReason' | 'error'>,
  name: string,
  reply: string,
): string | undefined {
  switch (status) {
    case 'completed': {
      const isUsual = stopReason === 'end_turn' || stopReason === 'tool_rule'
      if (reply === '') return `${name} ended without words: ${stopReason ?? 'unknown'}.`
      return isUsual ? undefined : `${name} was stopped: ${stopReason ?? 'unknown'}.`
    }
    case 'failed':
      return `The turn of ${name} failed: ${error?.message ?? 'no reason is known.'}`
    case 'cancelled':
      return `The turn of ${name} was cancelled.`
    case 'requires_approval':
      return `No reply yet: ${name} waits for a person to approve a call. It goes on then; look later.`
    case 'queued':
    case 'running':
    case 'waiting':
      return `No reply yet: ${name} goes on, and its reply is not lost. Look later.`
  }
}
