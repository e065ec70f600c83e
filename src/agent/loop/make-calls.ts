import type { Agent } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import { newId, type PassageId } from '../../core/ids.ts'
import { describeError, type Log } from '../../core/log.ts'
import { cleanText } from '../../core/text.ts'
import type { CurrentStep, StepCall, Transaction } from '../../storage/port/store.ts'
import { checkRoomFor } from '../compaction/check-room.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { bindCall } from '../step/plan-calls.ts'
import type { CallContext, Finding } from '../tools/define-inner-tool.ts'
import { innerTools } from '../tools/index.ts'
import { refuseCall, whyNotMade } from './before-call.ts'
import { type HeldRun, held, LostLease } from './held.ts'
import { sayIfUnsaid } from './say-later.ts'
import { isTrouble } from './trouble.ts'

const UNKNOWN_OUTCOME =
  'Outcome unknown: the server stopped while this ran. Check whether it took effect before you repeat it.'

export interface CallsOptions {
  readonly agent: Agent
  /** This is the extra step after the last, in which the agent can only speak. */
  readonly speakNow: boolean
  readonly signal: AbortSignal
  readonly log: Log
  readonly onCall: (toolName: string) => void
}

/** Makes the calls of a step that have not been made yet, in order. Each ends with exactly one stored result. */
export async function makeCalls(
  run: HeldRun,
  step: CurrentStep,
  options: CallsOptions,
): Promise<void> {
  const pending = step.calls.filter(({ state }) => state !== 'done')
  for (const group of sideBySide(pending, mayBeParallel(options.agent))) {
    if (options.signal.aborted) return
    await Promise.all(group.map((call) => makeOrRefuse(run, call, options)))
  }
}

async function makeOrRefuse(run: HeldRun, call: StepCall, options: CallsOptions): Promise<void> {
  const refusal = await whyNotMade(run, call, options.agent, options.speakNow)
  if (refusal !== undefined) return refuseCall(run, call, refusal)
  options.onCall(call.name)
  await makeCall(run, call, options)
}

/** Tool rules depend on earlier calls, so under them calls run one by one. */
function mayBeParallel({ settings, toolRules }: Agent): boolean {
  return settings.parallelToolCalls && toolRules.length === 0
}

/** Neighbouring calls that only read may run in parallel; every other call runs alone. */
function sideBySide(calls: readonly StepCall[], parallel: boolean): readonly StepCall[][] {
  const groups: StepCall[][] = []
  for (const call of calls) {
    const before = groups.at(-1)
    const joins = parallel && call.effect === 'readonly' && before?.[0]?.effect === 'readonly'
    if (before && joins) before.push(call)
    else groups.push([call])
  }
  return groups
}

async function makeCall(run: HeldRun, call: StepCall, options: CallsOptions): Promise<void> {
  try {
    await attempt(run, call, options)
  } catch (error) {
    if (error instanceof LostLease || isTrouble(error)) throw error
    // Nothing of the call is stored. If the database itself has failed, this fails as well.
    const result = failure(error, call, options.log)
    await held(run, (tx, at) => finish(tx, run, call, result, at))
  }
}

async function attempt(
  run: HeldRun,
  call: StepCall,
  { agent, signal, log }: CallsOptions,
): Promise<void> {
  const bound = bindCall(innerTools(agent.tools), call.name, call.arguments)
  const context: CallContext = {
    store: run.store,
    embed: run.embed,
    agent,
    runId: run.id,
    callId: call.id,
    checkRoom: checkRoomFor,
    now: run.clock(),
  }
  if (bound.effect === 'database') {
    const apply = await bound.prepare(context)
    // The edit and the result that reports it share one transaction, so both happen once or not at all.
    await held(run, (tx, at) =>
      finish(tx, run, call, async () => ({ status: 'success', text: await apply(tx) }), at),
    )
    return
  }
  if (call.state === 'started' && bound.effect === 'once') {
    await held(run, (tx, at) =>
      finish(tx, run, call, { status: 'error', text: UNKNOWN_OUTCOME }, at),
    )
    return
  }
  if (bound.effect !== 'readonly') await held(run, (tx) => tx.runs.startCall(call.id))
  const result = await outcome(() => bound.run(context, signal), call, log)
  if (signal.aborted) return
  await held(run, (tx, at) => finish(tx, run, call, result, at))
}

interface Result {
  readonly status: 'success' | 'error'
  readonly text: string
  readonly found?: readonly PassageId[]
}

/** A failed tool gives a message for the model; it never ends the run. */
async function outcome(
  run: () => Promise<string | Finding>,
  call: StepCall,
  log: Log,
): Promise<Result> {
  try {
    const answer = await run()
    return { status: 'success', ...(typeof answer === 'string' ? { text: answer } : answer) }
  } catch (error) {
    if (isTrouble(error) && mayRunAgain(call)) throw error
    return failure(error, call, log)
  }
}

function failure(error: unknown, call: StepCall, log: Log): Result {
  if (error instanceof UserError) return { status: 'error', text: error.message }
  log('error', 'an inner tool failed', { tool: call.name, error: describeError(error) })
  return { status: 'error', text: 'The tool failed inside the server. Go on without it.' }
}

function mayRunAgain({ effect }: StepCall): boolean {
  return effect === 'readonly' || effect === 'idempotent'
}

/** Does nothing if the call has its result already. */
async function finish(
  tx: Transaction,
  run: HeldRun,
  call: StepCall,
  result: Result | (() => Promise<Result>),
  at: string,
): Promise<void> {
  const known = typeof result === 'function' ? undefined : result
  if (!(await tx.runs.finishCall(call.id, known?.status ?? 'success'))) return
  const { status, text, found = [] } = typeof result === 'function' ? await result() : result
  const body = {
    role: 'tool',
    callId: call.id,
    toolName: call.name,
    status,
    text: cleanText(text),
  } as const
  await tx.messages.append(
    run.agentId,
    [{ id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body }],
    run.conversationId,
  )
  await tx.passages.recordFound(run.agentId, found, at)
  if (status === 'success') await sayIfUnsaid(tx, run, call, at)
}
