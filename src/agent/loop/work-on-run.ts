import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { AgentEvent } from '../../core/event.ts'
import type { RunId, StepId } from '../../core/ids.ts'
import { describeError, type Log } from '../../core/log.ts'
import { spokenText } from '../../core/message.ts'
import type { Sender } from '../../core/run.ts'
import {
  addUsage,
  NO_USAGE,
  type RunError,
  type StopReason,
  type TokenUsage,
} from '../../core/run.ts'
import {
  type AskingAgent,
  CLIENT_HANDLE,
  type ModelFailure,
  type ModelRegistry,
  type ModelRequest,
} from '../../llm/model.ts'
import { isTooFull } from '../compaction/compact.ts'
import { throwIfExhausted } from '../compaction/throw-if-exhausted.ts'
import type { ContextInput } from '../context/compile-context.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { advance, advanceIn, type GoOn, type Next, newIds, type RunBudget } from './advance.ts'
import { AnswerStream } from './answer-stream.ts'
import { callModel } from './call-model.ts'
import { callWithPictures } from './call-with-pictures.ts'
import { answerOf } from './client-answer.ts'
import { compileExactly } from './compile-exactly.ts'
import { failRun, giveBackRun, postponeRun } from './finish-run.ts'
import { type HeldRun, held, LostLease } from './held.ts'
import { makeCalls } from './make-calls.ts'
import { learnWindow, makeRoom, summaryModel } from './make-room.ts'
import { putOutOfSight } from './put-out-of-sight.ts'
import { isTrouble, putDown } from './trouble.ts'
import { useAnswer } from './use-answer.ts'

export interface RunTools {
  readonly models: ModelRegistry
  readonly budget: RunBudget
  readonly firstPauseMilliseconds: number
  /** Counts with a real tokenizer. */
  readonly countTokens: (text: string) => Promise<number>
  readonly log: Log
  readonly emit: (event: AgentEvent) => void
  /** The run has a watcher now, so its answers are streamed. */
  readonly isWatched: (runId: RunId) => boolean
}

/** Why work on a run has ended. */
export type WorkEnd =
  /** It is over, waits for input, or is free for any worker. */
  | { readonly kind: 'let_go' }
  | Waits
  /** A resource was missing, for a reason outside the run. */
  | { readonly kind: 'trouble'; readonly progressed: boolean }

/** It resumes by itself after this pause. */
interface Waits {
  readonly kind: 'waits'
  readonly milliseconds: number
}

const NEEDS_CLIENT: RunError = {
  code: 'model_unavailable',
  message:
    "The agent's model is that of the client that messages it, and no client sent this message.",
  hint: 'Give the agent a model of its own with update_agent.',
}

const LET_GO: WorkEnd = { kind: 'let_go' }

/**
 * Runs step after step until the run is over, the lease is lost, or `signal` fires; after a signal the run can be
 * resumed. Never rejects. `first`: what to do first, if the claim has found that out already.
 */
export async function workOnRun(
  run: HeldRun,
  tools: RunTools,
  signal: AbortSignal,
  first?: Next,
): Promise<WorkEnd> {
  const trouble: Trouble = { overflows: new Map(), summaries: new Map() }
  let turns = 0
  let decided = first
  let step = 0
  const endStep = () => {
    if (step > 0) tools.emit({ type: 'step_ended', runId: run.id, agentId: run.agentId, step })
    step = 0
  }
  try {
    for (; ; turns += 1) {
      const next = decided ?? (await advance(run, tools.budget, turns === 0))
      decided = undefined
      if (next.kind !== 'calls' && !(next.kind === 'model' && next.number === step)) endStep()
      if (next.kind === 'over') return LET_GO
      if (next.kind === 'model') step = next.number
      if (signal.aborted) {
        await giveBackRun(run)
        return LET_GO
      }
      if (next.kind === 'model') {
        const asked = await askModel(run, next, tools, signal, trouble)
        if (asked === 'let_go') return LET_GO
        if (asked !== 'went_on') {
          if (asked.kind === 'waits') return asked
          decided = asked
        }
      } else {
        const onCall = (toolName: string) => {
          // Watchers have received the words themselves.
          if (toolName === SPEAKING_TOOL) return
          tools.emit({ type: 'tool_called', runId: run.id, agentId: run.agentId, toolName })
        }
        const { agent, speakNow } = next
        const replyMilliseconds = patienceOf(run, tools.budget)
        const options = { agent, speakNow, signal, log: tools.log, replyMilliseconds, onCall }
        decided = await makeCalls(run, next.step, { ...options, goOn: goingOn(run, tools) })
      }
    }
  } catch (error) {
    if (error instanceof LostLease) return LET_GO
    if (isTrouble(error)) {
      tools.log('warn', 'a run was put down', { run: run.id, error: describeError(error) })
      await putDown(run, signal)
      return { kind: 'trouble', progressed: turns > 0 }
    }
    tools.log('error', 'a run failed', { run: run.id, error: describeError(error) })
    await fail(run, 'interrupted', toRunError(error)).catch((second: unknown) =>
      tools.log('error', 'the failure of a run could not be stored', {
        run: run.id,
        error: describeError(second),
      }),
    )
    return LET_GO
  }
}

/** Decides what is next in the transaction of the step's last write. */
function goingOn(run: HeldRun, { budget }: RunTools): GoOn {
  const ids = newIds()
  return (tx, at) => advanceIn(tx, run, { budget, takenUp: false, ids, at })
}

/** Letta waits this long for a reply. */
const MAX_WAIT_MILLISECONDS = 1_200_000
/** The share of a run's remaining time that may pass while it waits; the rest is for its own work. Chosen by hand. */
const WAITING_SHARE = 0.5

function patienceOf(run: HeldRun, { seconds }: RunBudget): number {
  const left = Math.max(0, seconds * 1_000 - run.elapsed())
  return Math.min(MAX_WAIT_MILLISECONDS, left * WAITING_SHARE)
}

/** Failures on the way to a step's answer, by step. */
interface Trouble {
  /** The provider refused the request as too long; `answered`: a smaller request was made since. */
  readonly overflows: Map<StepId, 'refused' | 'answered'>
  /** Usage of the summaries that made room for it. */
  readonly summaries: Map<StepId, TokenUsage>
}

async function askModel(
  run: HeldRun,
  next: Extract<Next, { kind: 'model' }>,
  tools: RunTools,
  signal: AbortSignal,
  { overflows, summaries }: Trouble,
): Promise<'went_on' | 'let_go' | Waits | Next> {
  const { stepId, number, context, clientAnswer } = next
  const { models, budget, emit, log, firstPauseMilliseconds, countTokens } = tools
  const loop = { goOn: goingOn(run, tools), log, signal }
  if (clientAnswer !== null) {
    const exact = await compileExactly(context, countTokens)
    const answer = answerOf(clientAnswer, exact.compiled.totalTokens)
    const model = { handle: CLIENT_HANDLE, warnings: [] }
    const stream = openStream(run, context, exact.compiled.request, emit)
    return useAnswer(run, { stepId, ...exact }, model, {
      answer,
      usage: answer.usage,
      ownUsage: answer.usage,
      emit,
      stream,
      ...loop,
    })
  }
  emit({ type: 'step_started', runId: run.id, agentId: run.agentId, step: number })
  const asking: AskingAgent = { model: context.agent.model, ranOn: context.state.ranOn }
  const chosen = await resolveModel(models, asking, next.sender)
  if (chosen instanceof UserError) {
    await fail(run, 'model_error', toRunError(chosen))
    return 'let_go'
  }
  if (chosen.kind === 'missing') return waitForModel(run, chosen.problem)
  const { model } = chosen
  const exact = await compileExactly(context, countTokens)
  const { input, compiled } = exact
  const wasRefused = overflows.get(stepId) === 'refused'
  if (wasRefused || isTooFull(input, compiled)) {
    if (wasRefused) overflows.set(stepId, 'answered')
    const writer = await summaryModel(models, input, model)
    const spent = await makeRoom(run, input, compiled, { model: writer, wasRefused, signal })
    if (spent) {
      summaries.set(stepId, addUsage(summaries.get(stepId) ?? NO_USAGE, spent))
      return 'went_on'
    }
  }
  if (model.isClients) {
    if (next.isBegunByRun) {
      await fail(run, 'model_error', NEEDS_CLIENT)
      return 'let_go'
    }
    await postponeRun(run, { waitingFor: 'client', retryAt: null })
    return 'let_go'
  }
  const mayBeSilent = context.speakNow !== null || hasSpoken(run, context)
  const hasWorked = context.history.some(
    (message) => message.role === 'tool' && message.runId === run.id,
  )
  const called = await callWithPictures(run, exact, overflows.has(stepId), (request) =>
    callModel(model, request, {
      signal,
      log,
      firstPauseMilliseconds,
      mayBeSilent,
      hasWorked,
      openStream: () => openStream(run, input, request, emit),
      isWatched: () => tools.isWatched(run.id),
    }),
  )
  const result = called.outcome
  if (result.kind === 'wait') {
    // A provider may ask for pauses again and again; the time limit of the run ends that too.
    if (run.elapsed() > budget.seconds * 1_000) {
      await fail(run, stopReasonOf(result.failure), failureError(result.failure))
      return 'let_go'
    }
    const retryAt = toTimestamp(run.clock() + result.milliseconds)
    await postponeRun(run, { waitingFor: 'retry', retryAt })
    return { kind: 'waits', milliseconds: result.milliseconds }
  }
  if (result.kind === 'failure') {
    // The stored state tells whether it was cancelled or only released.
    if (signal.aborted) return 'went_on'
    if (result.failure.reason === 'filtered') {
      await putOutOfSight(run, result.failure)
      return 'let_go'
    }
    throwIfExhausted(result.failure)
    if (result.failure.reason === 'unreachable' && (await models.isGone(model.handle))) {
      if (asking.ranOn !== null) return waitForModel(run, goneModel(result.failure))
      // The next look-up of the default model finds another.
      if (asking.model === null) return 'went_on'
    }
    if (result.failure.reason === 'context_overflow' && !overflows.has(stepId)) {
      overflows.set(stepId, 'refused')
      await learnWindow(run, input, compiled, result.failure)
      return 'went_on'
    }
    await fail(run, stopReasonOf(result.failure), failureError(result.failure))
    return 'let_go'
  }
  const usage = addUsage(result.usage, summaries.get(stepId) ?? NO_USAGE)
  const { answer, stream } = result
  const { input: asked, compiled: sent } = called
  const answered = { answer, usage, ownUsage: result.usage, emit, stream, ...loop }
  return useAnswer(run, { stepId, input: asked, compiled: sent }, model, answered)
}

function openStream(
  run: HeldRun,
  { agent }: ContextInput,
  { tools, toolChoice }: ModelRequest,
  emit: RunTools['emit'],
): AnswerStream {
  const offered = toolChoice === 'none' ? [] : tools.map(({ name }) => name)
  return new AnswerStream({
    runId: run.id,
    agentId: run.agentId,
    emit,
    tools: new Set(offered),
    textSpeaks: agent.agentType === 'letta_v1_agent' || offered.length === 0 ? 'always' : 'alone',
    callsSpeak: agent.toolRules.length === 0,
  })
}

function hasSpoken(run: HeldRun, { history }: ContextInput): boolean {
  return history.some(
    (message) =>
      message.role === 'assistant' && message.runId === run.id && spokenText(message) !== '',
  )
}

async function fail(run: HeldRun, reason: StopReason, error: RunError): Promise<void> {
  await held(run, (tx, at) => failRun(tx, run, reason, error, at))
}

async function waitForModel(run: HeldRun, problem: string): Promise<'let_go'> {
  const missing = `${problem} The run goes on by itself when a model is there.`
  await postponeRun(run, { waitingFor: 'model', retryAt: null, missing })
  return 'let_go'
}

function goneModel({ message, hint }: ModelFailure): string {
  return `${message} ${hint}`
}

async function resolveModel(models: ModelRegistry, agent: AskingAgent, sender: Sender) {
  try {
    return await models.resolveFor(agent, sender)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

function stopReasonOf({ reason }: ModelFailure): StopReason {
  return reason === 'context_overflow' ? 'context_overflow' : 'model_error'
}

function failureError({ reason, message, hint }: ModelFailure): RunError {
  return {
    code: reason === 'context_overflow' ? 'limit_exceeded' : 'model_unavailable',
    message,
    hint,
  }
}

function toRunError(error: unknown): RunError {
  const hint =
    'The message is kept in the history. Mend the cause, then send another message to go on.'
  if (error instanceof UserError) return { code: error.code, message: error.message, hint }
  return { code: 'internal', message: 'The server failed while the agent worked.', hint }
}
