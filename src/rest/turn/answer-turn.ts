import type { ErrorCode } from '../../core/errors.ts'
import type { RunView } from '../../core/run.ts'
import type { McpContext } from '../../service/context.ts'
import { waitRun } from '../../service/follow/wait-run.ts'
import { type Refused, RestError } from '../call/refusal.ts'
import { presentStopReason, presentUsage } from '../present/run.ts'
import type { TurnView } from '../read/turn.ts'
import { runMessages } from './run-messages.ts'
import type { Started } from './start-turn.ts'

/** A provider's refusal must not look like one of ours: its 401 is no 401 here. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  invalid_argument: 400,
  limit_exceeded: 400,
  unsupported: 400,
}
const PROVIDER_FAILED = 502

/** The JSON answer of a turn, when its run is over. Throws a RestError if the run failed. */
export async function answerTurn(
  context: McpContext,
  { runId, skip }: Started,
  view: TurnView,
  signal: AbortSignal,
): Promise<object> {
  const done = await waitRun(context, runId, signal)
  const problem = problemOf(done)
  if (problem !== undefined) throw new RestError(problem.status, failureBody(runId, problem))
  const messages = await runMessages(context, runId, view, skip)
  return {
    messages: messages.flatMap(({ parts }) => parts),
    stop_reason: presentStopReason(done.run),
    usage: presentUsage(done.run.usage, [runId]),
    // Not Letta's: for example that another model answered than the agent names.
    ...(done.run.warnings.length > 0 && { warnings: done.run.warnings }),
  }
}

export interface Problem {
  readonly status: number
  readonly type: string
  readonly message: string
}

/** Why the run gives no answer; undefined: it does. */
export function problemOf({ run }: RunView): Problem | undefined {
  if (run.status === 'failed') {
    const message = run.error?.message ?? 'The run failed.'
    const status = STATUS[run.error?.code ?? 'internal'] ?? PROVIDER_FAILED
    return { status, type: 'llm_error', message }
  }
  if (run.status !== 'waiting') return undefined
  const message =
    run.missing ?? 'The run waits for a model. It goes on by itself once that is there.'
  return { status: 503, type: 'llm_unavailable', message }
}

function failureBody(runId: string, { type, message }: Problem) {
  return { detail: message, error: { type, message, detail: message, run_id: runId } }
}

/** The body of a turn that failed after the head of its answer was sent. */
export function lateFailure({ body }: Refused): object {
  return {
    messages: [],
    stop_reason: { message_type: 'stop_reason', stop_reason: 'error' },
    usage: presentUsage(
      { promptTokens: 0, completionTokens: 0, totalTokens: 0, cachedTokens: 0, steps: 0 },
      [],
    ),
    ...body,
  }
}
