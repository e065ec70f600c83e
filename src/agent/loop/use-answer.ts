import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentEvent } from '../../core/event.ts'
import type { StepId } from '../../core/ids.ts'
import { describeError, type Log } from '../../core/log.ts'
import { addUsage, type TokenUsage } from '../../core/run.ts'
import type { ChatModel, ModelAnswer } from '../../llm/model.ts'
import type { Standing, Transaction } from '../../storage/port/store.ts'
import { ruledNames } from '../context/compile-context.ts'
import { refusalOf } from '../rules/render-tool-rules.ts'
import { hasRule, judge } from '../rules/tool-rules.ts'
import { answerWarnings } from '../step/answer-warnings.ts'
import { capAnswer } from '../step/cap-answer.ts'
import { planCalls, speaksLater, spokenBy } from '../step/plan-calls.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { noteSeen } from '../tools/seen-versions.ts'
import type { ClosedStep, GoOn, Next } from './advance.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { ExactContext } from './compile-exactly.ts'
import { type HeldRun, held, ifUnchanged, LostLease } from './held.ts'
import { learnFrom } from './make-room.ts'
import { type Made, prepareAhead } from './prepare-ahead.ts'
import { type AnsweredStep, messagesOf, recordIn } from './record-answer.ts'
import { isTrouble } from './trouble.ts'

interface AskedStep extends ExactContext {
  readonly stepId: StepId
  readonly number: number
}

interface Answered {
  readonly answer: ModelAnswer
  /** Sum over all model calls made for this answer. */
  readonly usage: TokenUsage
  /** The same without summaries. */
  readonly ownUsage: TokenUsage
  readonly emit: (event: AgentEvent) => void
  readonly stream: AnswerStream
  readonly log: Log
  readonly signal: AbortSignal
  /** Decides what is next, in the same transaction. */
  readonly goOn: GoOn
}

/**
 * Turns the model's answer into the calls of the step, and streams the words in it. Returns the next action if nothing
 * of the step is left to do.
 */
export async function useAnswer(
  run: HeldRun,
  { stepId, number, input, compiled }: AskedStep,
  model: Pick<ChatModel, 'handle' | 'warnings' | 'isRehearsal'>,
  { answer: written, usage, ownUsage, emit, stream, ...loop }: Answered,
): Promise<'went_on' | 'let_go' | Next> {
  const { agent } = input
  const { toolRules } = agent
  const { request } = compiled
  const offered = input.tools.filter(
    (tool) =>
      request.toolChoice !== 'none' && request.tools.some((spec) => spec.name === tool.name),
  )
  const answer = capAnswer(written)
  const speakNow = input.speakNow !== null
  const verdict = judge(toolRules, ruledNames(input), input.calls)
  const planned = planCalls(answer, {
    messageId: stream.messageId,
    tools: speakNow ? offered : input.tools,
    speakNow,
    ruledOut: (name) => (speakNow ? undefined : refusalOf(verdict, name)),
    needsApproval: (name) =>
      hasRule(toolRules, 'requires_approval', name) ||
      input.tools.some((tool) => tool.name === name && tool.needsApproval !== undefined),
  })
  const calls = planned.map((call) =>
    call.kind === 'planned' ? { ...call, note: noteSeen(call.name, input.blocks) } : call,
  )
  const isUnsaid = speaksLater(calls, toolRules.length > 0)
  const step: AnsweredStep = {
    stepId,
    number,
    messageId: stream.messageId,
    model: model.handle,
    warnings: [...model.warnings, ...answerWarnings(answer, agent)],
    answer: { ...answer, usage },
    ownUsage,
    calls,
    agentType: agent.agentType,
    learned: {
      ...learnFrom(answer.usage, input, compiled),
      ...(model.isRehearsal !== true && { ranOn: model.handle }),
    },
    wasPressureTold: input.state.pressureTold,
    speaksLater: isUnsaid,
  }
  const recorded = await record(run, step, agent, speakNow, loop)
  const spoken = isUnsaid ? [] : calls.flatMap((call) => spokenBy(call) ?? [])
  const said = (calls.length === 0 ? [answer.text] : spoken).filter((text) => text.trim() !== '')
  stream.keep(answer, said)
  for (const text of said) emit({ type: 'spoke', runId: run.id, agentId: run.agentId, text })
  if (recorded === 'over') return 'let_go'
  if (recorded === undefined) return 'went_on'
  for (const { kind, name: toolName } of calls) {
    // Watchers have received the words themselves.
    if (kind === 'refused' || toolName === SPEAKING_TOOL) continue
    emit({ type: 'tool_called', runId: run.id, agentId: run.agentId, toolName })
  }
  return recorded
}

/**
 * Stores the answer. Where it leaves nothing to wait for, its call is made and the next step opened in the same
 * transaction; if that fails, the answer is stored alone, and what comes after it says why.
 */
async function record(
  run: HeldRun,
  step: AnsweredStep,
  agent: Agent,
  speakNow: boolean,
  { goOn, log, signal }: Pick<Answered, 'goOn' | 'log' | 'signal'>,
): Promise<'over' | Next | undefined> {
  const messages = messagesOf(step)
  const made = await prepareAhead(run, step.calls, { agent, speakNow, signal })
  if (made && !signal.aborted) {
    try {
      return await heldAndPaid(run, step, async (tx, at, standing) => {
        if ((await recordIn(tx, run, step, messages, at, made)) === 'over') return 'over'
        const paid = withAnswer(standing, step)
        return goOn(tx, at, { closed: closedStep(step, made), standing: ifUnchanged(tx, paid) })
      })
    } catch (error) {
      if (error instanceof LostLease || isTrouble(error)) throw error
      log('debug', 'an answer is stored alone', { run: run.id, error: describeError(error) })
    }
  }
  const recorded = await heldAndPaid(run, step, (tx, at) => recordIn(tx, run, step, messages, at))
  return recorded === 'over' ? 'over' : undefined
}

/** The run with the tokens of the answer; its warnings are read again. */
function withAnswer(standing: Standing, { answer, warnings }: AnsweredStep): Standing | undefined {
  if (warnings.length > 0) return undefined
  const { run } = standing
  if (!run) return standing
  const usage = { ...addUsage(run.usage, answer.usage), steps: run.usage.steps + 1 }
  return { ...standing, run: { ...run, usage } }
}

function closedStep(
  { stepId, number, answer, speaksLater, calls }: AnsweredStep,
  made: Made,
): ClosedStep {
  const spoken = calls.length === 0 ? [answer.text] : calls.flatMap((call) => spokenBy(call) ?? [])
  return {
    ...{ id: stepId, number, state: 'tools', clientAnswer: null },
    finish: answer.finish,
    calls: made.calls,
    hasSpoken: !speaksLater && spoken.some((text) => text.trim() !== ''),
  }
}

/** Counts the tokens last: many runs share these rows, and none may wait for anything while it holds one. */
async function heldAndPaid<T>(
  run: HeldRun,
  { ownUsage }: AnsweredStep,
  work: (tx: Transaction, at: Timestamp, standing: Standing) => Promise<T>,
): Promise<T> {
  return held(run, async (tx, at, standing) => {
    const result = await work(tx, at, standing)
    await tx.tokenUse.add(run.purpose, run.agentId, ownUsage, at)
    return result
  })
}
