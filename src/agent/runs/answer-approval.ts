import type { Timestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { isLonger, LIMITS } from '../../core/limits.ts'
import { type PendingApproval, type Run, waitsForAgent } from '../../core/run.ts'
import { cleanText } from '../../core/text.ts'
import type { Reads, StepCall, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'

export interface ApprovalAnswer {
  /** Absent: the only call that waits. */
  readonly callId?: string | undefined
  readonly approve: boolean
  readonly reason?: string | undefined
  /** The sender made the call itself: what came of it. It is not made here. */
  readonly result?: { readonly status: 'success' | 'error'; readonly text: string } | undefined
}

export async function pendingApprovals(
  reads: Pick<Reads, 'runs'>,
  run: Run,
): Promise<readonly PendingApproval[]> {
  if (waitsForAgent(run)) {
    const pending = await Promise.all(
      (await awaitedRuns(reads, run)).map((awaited) => pendingApprovals(reads, awaited)),
    )
    return pending.flat()
  }
  if (run.status !== 'requires_approval') return []
  const waiting = (await reads.runs.calls(run.id)).filter(waits)
  return waiting.map((call) => ({
    runId: run.id,
    callId: call.id,
    toolName: call.name,
    arguments: call.arguments,
  }))
}

export async function awaitedRuns(reads: Pick<Reads, 'runs'>, run: Run): Promise<readonly Run[]> {
  const awaited = await Promise.all(
    (await reads.runs.waitsOf(run.id)).map(({ targetId }) => reads.runs.get(targetId)),
  )
  return awaited.filter((one) => one !== undefined)
}

/**
 * The run that an answer is for. A run that waits for others shows their calls, too, so its id may stand for theirs.
 */
export async function approvedRun(
  reads: Pick<Reads, 'runs'>,
  run: Run,
  callId: string | undefined,
): Promise<Run> {
  if (!waitsForAgent(run)) return run
  const pending = await pendingApprovals(reads, run)
  const meant = pending.filter((call) => callId === undefined || call.callId === callId)
  const [first] = meant
  const isOne = first !== undefined && meant.every(({ runId }) => runId === first.runId)
  return (isOne && (await reads.runs.get(first.runId))) || run
}

/** Stores the answer; once no approval is open, any free worker resumes the run. */
export async function answerApproval(
  tx: Transaction,
  registry: Pick<ToolRegistry, 'approve'>,
  run: Run,
  { callId, approve, reason = '', result }: ApprovalAnswer,
  at: Timestamp,
): Promise<void> {
  const calls = await tx.runs.calls(run.id)
  const waiting = run.status === 'requires_approval' ? calls.filter(waits) : []
  const call = chosen(run, calls, waiting, callId)
  if (!(await tx.runs.answerApproval(call.id, { approved: approve, reason }))) {
    throw answeredBefore(run, call)
  }
  if (approve) await registry.approve(tx, run.agentId, call.name)
  if (result) await storeResult(tx, run, call, result, at)
  if (waiting.length === 1) await tx.runs.resume(run.id, at)
}

async function storeResult(
  tx: Transaction,
  run: Run,
  { id, name }: StepCall,
  { status, text }: NonNullable<ApprovalAnswer['result']>,
  at: Timestamp,
): Promise<void> {
  if (isLonger(text, LIMITS.message)) {
    throw new UserError(
      'limit_exceeded',
      `The result of a call holds at most ${LIMITS.message} characters. Shorten it; nothing was changed.`,
    )
  }
  await tx.runs.finishCall(id, status)
  const body = { role: 'tool', callId: id, toolName: name, status, text: cleanText(text) } as const
  await tx.messages.append(
    run.agentId,
    [{ id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body }],
    run.conversationId,
  )
}

function waits(call: StepCall): boolean {
  return call.approval === 'pending' && call.state !== 'done'
}

function chosen(
  run: Run,
  calls: readonly StepCall[],
  waiting: readonly StepCall[],
  callId: string | undefined,
): StepCall {
  const ids = waiting.map((call) => `${call.id} (${call.name})`).join(', ')
  const [only, ...others] = waiting
  if (callId === undefined) {
    if (only && others.length === 0) return only
    if (!only) throw noneWaits(run, calls)
    throw new UserError(
      'invalid_argument',
      `${waiting.length} calls of run ${run.id} wait for approval: ${ids}. Give the tool_call_id of the one you mean; each needs its own answer.`,
    )
  }
  const call = calls.find((one) => one.id === callId)
  if (call && waiting.includes(call)) return call
  if (call?.approval) throw answeredBefore(run, call)
  if (!only) throw noneWaits(run, calls)
  throw new UserError('not_found', `No call ${callId} of run ${run.id} waits; these do: ${ids}.`)
}

function noneWaits(run: Run, calls: readonly StepCall[]): UserError {
  const answered = calls.findLast((call) => call.approval !== null)
  if (answered) return answeredBefore(run, answered)
  return new UserError(
    'conflict',
    `No call of run ${run.id} waits for approval; the run is ${run.status}. Call get_run to see where it stands.`,
  )
}

function answeredBefore(run: Run, call: StepCall): UserError {
  const unanswered =
    run.completedAt === null ? 'does not wait yet' : 'was not answered before its run ended'
  const what = call.approval === 'pending' ? unanswered : `was already ${call.approval}`
  return new UserError(
    'conflict',
    `The call ${call.id} (${call.name}) of run ${run.id} ${what}, so this answer changes nothing. The run is ${run.status}; call get_run to see where it stands.`,
  )
}
