import { UserError } from '../../core/errors.ts'
import type { RunError, StopReason } from '../../core/run.ts'
import type { ModelFailure } from '../../llm/model.ts'
import { failRun } from './finish-run.ts'
import { type HeldRun, held } from './held.ts'

export async function fail(run: HeldRun, reason: StopReason, error: RunError): Promise<void> {
  await held(run, (tx, at) => failRun(tx, run, reason, error, at))
}

export function stopReasonOf({ reason }: ModelFailure): StopReason {
  return reason === 'context_overflow' ? 'context_overflow' : 'model_error'
}

export function failureError({ reason, message, hint }: ModelFailure): RunError {
  return {
    code: reason === 'context_overflow' ? 'limit_exceeded' : 'model_unavailable',
    message,
    hint,
  }
}

export function toRunError(error: unknown): RunError {
  const hint =
    'The message is kept in the history. Fix the cause, then send another message to continue.'
  if (error instanceof UserError) return { code: error.code, message: error.message, hint }
  return { code: 'internal', message: 'The server failed while the agent worked.', hint }
}
