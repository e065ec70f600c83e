import type { Agent } from '../../core/agent.ts'
import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { PassageId } from '../../core/ids.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { StepCall, Transaction } from '../../storage/port/store.ts'
import { TreeLimit } from '../../teams/origin.ts'
import { bindCall } from '../step/plan-calls.ts'
import { type Finding, type Outcome, StalePreparation } from '../tools/inner-tool.ts'
import type { GoOn, Next } from './advance.ts'
import { appendToolResult } from './append-tool-result.ts'
import { fillContext, type ReadyCall } from './fill-context.ts'
import { type HeldRun, held, ifUnchanged, LostLease } from './held.ts'
import { sayIfUnsaid } from './say-later.ts'
import { isTrouble } from './trouble.ts'

/** Attempts at a call whose data others change in the meantime. Chosen by hand. */
const MAX_PREPARATIONS = 5
const STALE =
  'The tool was not run: others kept changing the memory that it reads. Nothing was changed; call it again.'
const NOT_APPROVED =
  'The tool was not run: it was changed after this call was planned, and nobody has approved what it does now. Call it again to have a person asked.'
const UNKNOWN_OUTCOME =
  'Outcome unknown: the server stopped while this ran. Check whether it took effect before you repeat it.'

export interface CallsOptions {
  readonly agent: Agent
  /** This is the extra step after the last, in which the agent can only speak. */
  readonly speakNow: boolean
  readonly signal: AbortSignal
  readonly log: Log
  /** How long a call may wait for other agents. */
  readonly replyMilliseconds: number
  readonly onCall: (toolName: string) => void
  /** For the transaction of the last call's result. */
  readonly goOn: GoOn
}

export type Write = (tx: Transaction, at: Timestamp) => Promise<void>

export type CallOptions = Omit<CallsOptions, 'goOn'> & { readonly goOn: GoOn | undefined }

/**
 * Writes, and decides what is next in the same transaction. If that fails it writes alone, so that the error is the
 * call's own.
 */
async function writeAndGoOn(
  run: HeldRun,
  write: Write,
  goOn: GoOn | undefined,
): Promise<Next | undefined> {
  if (goOn) {
    try {
      return await held(run, async (tx, at, standing) => {
        await write(tx, at)
        return goOn(tx, at, { standing: ifUnchanged(tx, standing) })
      })
    } catch (error) {
      if (error instanceof LostLease || isTrouble(error)) throw error
    }
  }
  await held(run, write)
  return undefined
}

export async function makeCall(
  run: HeldRun,
  call: StepCall,
  options: CallOptions,
): Promise<Next | undefined> {
  try {
    return await attempt(run, call, options)
  } catch (error) {
    if (error instanceof LostLease || isTrouble(error)) throw error
    // Nothing of the call is stored. If the database itself has failed, this fails as well.
    const result = failure(error, call, options.log)
    await held(run, async (tx, at) => {
      await finish(tx, run, call, result, at)
      if (error instanceof TreeLimit) await tellRoot(tx, run, error)
    })
    return undefined
  }
}

async function attempt(
  run: HeldRun,
  call: StepCall,
  { agent, signal, log, replyMilliseconds, goOn }: CallOptions,
): Promise<Next | undefined> {
  const tools = await run.registry.ofAgent(run.store, agent)
  if (tools.find(({ name }) => name === call.name)?.needsApproval === 'first_call') {
    throw new UserError('unauthorized', NOT_APPROVED)
  }
  const ready = fillContext(bindCall(tools, call.name, call.arguments), run, call, agent)
  const write = (result: Result) =>
    writeAndGoOn(run, (tx, at) => finish(tx, run, call, result, at), goOn)
  if (ready.effect === 'database') return edit(write, ready, signal)
  if (ready.effect === 'await') {
    await begin(run, call, ready, replyMilliseconds)
    return undefined
  }
  if (call.state === 'started' && ready.effect === 'once') {
    return write({ status: 'error', text: UNKNOWN_OUTCOME })
  }
  if (ready.effect !== 'readonly') await held(run, (tx) => tx.runs.startCall(call.id))
  const result = await outcome(() => ready.run(signal), call, log)
  return signal.aborted ? undefined : write(result)
}

/** The edit and the result that reports it share one transaction, so both happen once or not at all. */
async function edit(
  write: (result: Result) => Promise<Next | undefined>,
  ready: Extract<ReadyCall, { effect: 'database' }>,
  signal: AbortSignal,
): Promise<Next | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const apply = await ready.prepare(signal)
    if (signal.aborted) return undefined
    try {
      return await write({ status: 'success', apply })
    } catch (error) {
      if (!(error instanceof StalePreparation) || attempt === MAX_PREPARATIONS) throw error
    }
  }
}

/** Begins the runs that the call waits for; what ends them gives it its result. */
async function begin(
  run: HeldRun,
  call: StepCall,
  ready: Extract<ReadyCall, { effect: 'await' }>,
  replyMilliseconds: number,
): Promise<void> {
  await held(run, async (tx, at) => {
    // From here on, nobody else in the namespace begins to wait.
    await tx.runs.lockWaits()
    const begun = await ready.begin(tx, at)
    if ('text' in begun) {
      await finish(tx, run, call, { status: 'success', text: begun.text }, at)
      return
    }
    if (!(await tx.runs.startCall(call.id, begun.note))) throw new LostLease()
    const until = toTimestamp(Date.parse(at) + replyMilliseconds)
    for (const targetId of begun.targets)
      await tx.runs.wait({ runId: run.id, callId: call.id, targetId, until })
  })
}

/** Tells the agent that began the chain of runs that it was ended. */
async function tellRoot(tx: Transaction, run: HeldRun, limit: TreeLimit): Promise<void> {
  const stored = await tx.runs.get(run.id)
  const root = stored && (await tx.runs.get(stored.rootRunId))
  if (root) await tx.runs.setWarnings(root.id, [...root.warnings, limit.message])
}

type Result =
  | {
      readonly status: 'success' | 'error'
      readonly text: string
      readonly found?: readonly PassageId[]
    }
  | ({ readonly status: 'success' } & Outcome)

/** A failed tool gives a message for the model; it never ends the run. */
async function outcome(
  run: () => Promise<string | Finding | Outcome>,
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
  if (error instanceof StalePreparation) return { status: 'error', text: STALE }
  log('error', 'an inner tool failed', { tool: call.name, error: describeError(error) })
  return { status: 'error', text: 'The tool failed inside the server. Go on without it.' }
}

function mayRunAgain({ effect }: StepCall): boolean {
  return effect === 'readonly' || effect === 'idempotent'
}

/** Does nothing if the call has its result already. */
export async function finish(
  tx: Transaction,
  run: HeldRun,
  call: StepCall,
  result: Result,
  at: string,
): Promise<void> {
  const { status } = result
  if (!(await tx.runs.finishCall(call.id, status))) return
  const { text, found = [] } = 'apply' in result ? { text: await result.apply(tx) } : result
  await appendToolResult(tx, run, call, { status, text }, at)
  await tx.passages.recordFound(run.agentId, found, at)
  if (status === 'success') await sayIfUnsaid(tx, run, call, at)
}
