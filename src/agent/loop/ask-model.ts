import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { StepId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import { addUsage, NO_USAGE, type RunError, type Sender, type TokenUsage } from '../../core/run.ts'
import {
  type AskingAgent,
  type ChatModel,
  CLIENT_HANDLE,
  type ModelFailure,
  type ModelRegistry,
  type ModelRequest,
} from '../../llm/model.ts'
import { isTooFull } from '../compaction/compact.ts'
import { throwIfExhausted } from '../compaction/throw-if-exhausted.ts'
import type { ContextInput } from '../context/compile-context.ts'
import type { Next } from './advance.ts'
import { AnswerStream } from './answer-stream.ts'
import { callModel } from './call-model.ts'
import { callWithPictures } from './call-with-pictures.ts'
import { answerOf } from './client-answer.ts'
import { compileExactly, type ExactContext } from './compile-exactly.ts'
import { fail, failureError, stopReasonOf, toRunError } from './fail.ts'
import { postponeRun } from './finish-run.ts'
import type { HeldRun } from './held.ts'
import { learnWindow, makeRoom, summaryModel } from './make-room.ts'
import { putOutOfSight } from './put-out-of-sight.ts'
import { goingOn, type RunTools } from './run-tools.ts'
import { useAnswer } from './use-answer.ts'

/** It resumes by itself after this pause. */
export interface Waits {
  readonly kind: 'waits'
  readonly milliseconds: number
}

const NEEDS_CLIENT: RunError = {
  code: 'model_unavailable',
  message:
    "The agent's model is that of the client that messages it, and no client sent this message.",
  hint: 'Give the agent a model of its own with update_agent.',
}

/** Failures on the way to a step's answer, by step. */
export interface Trouble {
  /** The provider refused the request as too long; `answered`: a smaller request was made since. */
  readonly overflows: Map<StepId, 'refused' | 'answered'>
  /** Usage of the summaries that made room for it. */
  readonly summaries: Map<StepId, TokenUsage>
}

type Asked = 'went_on' | 'let_go' | Waits | Next
type ModelStep = Extract<Next, { kind: 'model' }>

export async function askModel(
  run: HeldRun,
  next: ModelStep,
  tools: RunTools,
  signal: AbortSignal,
  trouble: Trouble,
): Promise<Asked> {
  const { stepId, number, context, clientAnswer } = next
  const { models, emit, log, firstPauseMilliseconds, countTokens } = tools
  if (clientAnswer !== null) return useClientAnswer(run, next, clientAnswer, tools, signal)
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
  if (await hasMadeRoom(run, stepId, exact, { models, model, signal }, trouble)) return 'went_on'
  if (model.isClients) return waitForClient(run, next)
  const called = await callWithPictures(run, exact, trouble.overflows.has(stepId), (request) =>
    callModel(model, request, {
      signal,
      log,
      firstPauseMilliseconds,
      mayBeSilent: context.speakNow !== null || hasSpoken(run, context),
      hasWorked: hasWorked(run, context),
      openStream: () => openStream(run, exact.input, request, emit),
      isWatched: () => tools.isWatched(run.id),
    }),
  )
  const result = called.outcome
  if (result.kind === 'wait') return waitForProvider(run, tools, result)
  if (result.kind === 'failure') {
    // The stored state tells whether it was cancelled or only released.
    if (signal.aborted) return 'went_on'
    const asked = { stepId, exact, asking, handle: model.handle }
    return afterFailedRequest(run, result.failure, asked, models, trouble)
  }
  const { answer, stream } = result
  const usage = addUsage(result.usage, trouble.summaries.get(stepId) ?? NO_USAGE)
  const sent = { stepId, number, input: called.input, compiled: called.compiled }
  const goOn = goingOn(run, tools)
  const answered = { answer, usage, ownUsage: result.usage, emit, stream, goOn, log, signal }
  return useAnswer(run, sent, model, answered)
}

async function useClientAnswer(
  run: HeldRun,
  { stepId, number, context }: ModelStep,
  clientAnswer: NonNullable<ModelStep['clientAnswer']>,
  tools: RunTools,
  signal: AbortSignal,
): Promise<Asked> {
  const { emit, log } = tools
  const exact = await compileExactly(context, tools.countTokens)
  const answer = answerOf(clientAnswer, exact.compiled.totalTokens)
  const model = { handle: CLIENT_HANDLE, warnings: [] }
  const stream = openStream(run, context, exact.compiled.request, emit)
  const goOn = goingOn(run, tools)
  const { usage } = answer
  const answered = { answer, usage, ownUsage: usage, emit, stream, goOn, log, signal }
  return useAnswer(run, { stepId, number, ...exact }, model, answered)
}

/** Compacts the context if it is too long, or if the provider has said so. */
async function hasMadeRoom(
  run: HeldRun,
  stepId: StepId,
  { input, compiled }: ExactContext,
  {
    models,
    model,
    signal,
  }: { readonly models: ModelRegistry; readonly model: ChatModel; readonly signal: AbortSignal },
  { overflows, summaries }: Trouble,
): Promise<boolean> {
  const wasRefused = overflows.get(stepId) === 'refused'
  if (!wasRefused && !isTooFull(input, compiled)) return false
  if (wasRefused) overflows.set(stepId, 'answered')
  const writer = await summaryModel(models, input, model)
  const spent = await makeRoom(run, input, compiled, { model: writer, wasRefused, signal })
  if (!spent) return false
  summaries.set(stepId, addUsage(summaries.get(stepId) ?? NO_USAGE, spent))
  return true
}

async function waitForClient(run: HeldRun, { isBegunByRun }: ModelStep): Promise<'let_go'> {
  if (isBegunByRun) await fail(run, 'model_error', NEEDS_CLIENT)
  else await postponeRun(run, { waitingFor: 'client', retryAt: null })
  return 'let_go'
}

/** A provider may ask for pauses again and again; the time limit of the run ends that too. */
async function waitForProvider(
  run: HeldRun,
  { budget }: RunTools,
  { failure, milliseconds }: { readonly failure: ModelFailure; readonly milliseconds: number },
): Promise<'let_go' | Waits> {
  if (run.elapsed() > budget.seconds * 1_000) {
    await fail(run, stopReasonOf(failure), failureError(failure))
    return 'let_go'
  }
  const retryAt = toTimestamp(run.clock() + milliseconds)
  await postponeRun(run, { waitingFor: 'retry', retryAt })
  return { kind: 'waits', milliseconds }
}

/** A request that failed. */
interface FailedRequest {
  readonly stepId: StepId
  readonly exact: ExactContext
  readonly asking: AskingAgent
  readonly handle: string
}

async function afterFailedRequest(
  run: HeldRun,
  failure: ModelFailure,
  { stepId, exact, asking, handle }: FailedRequest,
  models: ModelRegistry,
  { overflows }: Trouble,
): Promise<'went_on' | 'let_go'> {
  if (failure.reason === 'filtered') {
    await putOutOfSight(run, failure)
    return 'let_go'
  }
  throwIfExhausted(failure)
  if (failure.reason === 'unreachable' && (await models.isGone(handle))) {
    if (asking.ranOn !== null) return waitForModel(run, goneModel(failure))
    // The next look-up of the default model finds another.
    if (asking.model === null) return 'went_on'
  }
  if (failure.reason === 'context_overflow' && !overflows.has(stepId)) {
    overflows.set(stepId, 'refused')
    await learnWindow(run, exact.input, exact.compiled, failure)
    return 'went_on'
  }
  await fail(run, stopReasonOf(failure), failureError(failure))
  return 'let_go'
}

function hasWorked(run: HeldRun, { history }: ContextInput): boolean {
  return turnOf(run, history).some(({ role }) => role === 'tool')
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
  return turnOf(run, history).some(
    (message) => message.role === 'assistant' && spokenText(message) !== '',
  )
}

/** The messages of the run, which end the history (`in-turns.ts`). */
function turnOf(run: HeldRun, history: ContextInput['history']): ContextInput['history'] {
  return history.slice(history.findLastIndex(({ runId }) => runId !== run.id) + 1)
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
