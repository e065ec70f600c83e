import type { AgentType, ContextState } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type MessageId, newId, type StepId } from '../../core/ids.ts'
import type { MessageBody } from '../../core/message.ts'
import type { TokenUsage } from '../../core/run.ts'
import { cleanText } from '../../core/text.ts'
import type { ModelAnswer } from '../../llm/model.ts'
import type { NewMessage, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { countTruncated, MAX_TRUNCATED } from '../step/count-truncated.ts'
import { loopArguments, type PlannedCall, spokenBy } from '../step/plan-calls.ts'
import { resultMessage } from './append-tool-result.ts'
import { completeRun } from './finish-run.ts'
import { type HeldRun, LostLease } from './held.ts'
import type { Made } from './prepare-ahead.ts'
import { wordsMessage } from './say-later.ts'

export interface AnsweredStep {
  readonly stepId: StepId
  readonly number: number
  /** Id of the message that stores the answer. */
  readonly messageId: MessageId
  readonly model: string
  readonly warnings: readonly string[]
  readonly answer: ModelAnswer
  /** Its own tokens, without those of summaries. */
  readonly ownUsage: TokenUsage
  readonly calls: readonly PlannedCall[]
  readonly agentType: AgentType
  /** Corrections of the context state from this call. */
  readonly learned: Partial<Pick<ContextState, 'tokenRatio' | 'ranOn' | 'pressureTold'>>
  /** The agent had been told before that its context is nearly full. */
  readonly wasPressureTold: boolean
  /** The words of its calls are sent when the calls are made. */
  readonly speaksLater: boolean
}

const STILL_TRUNCATED = `The run was stopped because the model's answer was cut off at its output limit ${MAX_TRUNCATED} times in a row; none of those calls was run. Ask for less at once, or choose a model with a higher output limit.`

/** The messages that a recorded answer adds to the history, made outside of the transaction. */
export function messagesOf(step: AnsweredStep): readonly AnswerMessage[] {
  const bodies = [assistantBody(step), ...step.calls.flatMap(refusal)]
  return bodies.map((body, index) => ({
    id: index === 0 ? step.messageId : newId('message'),
    tokens: messageTokens(body),
    body,
  }))
}

type AnswerMessage = Pick<NewMessage, 'id' | 'tokens' | 'body'>

/**
 * Stores the model's answer with the calls to make; a call that cannot be made gets its result at once. With `made`, the
 * calls are made here, and the step is done. `over`: the answer ended the run.
 */
export async function recordIn(
  tx: Transaction,
  run: HeldRun,
  step: AnsweredStep,
  messages: readonly AnswerMessage[],
  at: Timestamp,
  made?: Made,
): Promise<'goes_on' | 'over'> {
  const recorded = await tx.runs.recordAnswer(step.stepId, {
    model: step.model,
    finish: step.answer.finish,
    calls: step.calls,
    usage: step.answer.usage,
    closedAt: made && at,
  })
  if (!recorded) throw new LostLease()
  const { tokenRatio, ranOn, pressureTold } = step.learned
  await tx.messages.append(
    run.agentId,
    [
      ...messages.map((message) => ({ ...message, runId: run.id, createdAt: at })),
      ...(await writeCall(tx, run, step, made, at)),
    ],
    run.conversationId,
    { tokenRatio, ranOn },
  )
  if (pressureTold === true && !step.wasPressureTold) {
    await tx.conversations.setContext(run.conversationId, { pressureTold }, at)
  }
  const isStuck = step.calls.length > 0 && step.calls.every((call) => call.kind === 'refused')
  if (step.warnings.length === 0 && !isStuck) return 'goes_on'
  const stored = await tx.runs.get(run.id)
  const warnings = [...(stored?.warnings ?? []), ...step.warnings]
  if (step.warnings.length > 0) await tx.runs.setWarnings(run.id, warnings)
  if (!isStuck || countTruncated(await tx.messages.ofRun(run.id)) < MAX_TRUNCATED) {
    return 'goes_on'
  }
  await tx.runs.closeStep(step.stepId, at)
  await completeRun(tx, run, 'output_truncated', [...warnings, STILL_TRUNCATED], at)
  return 'over'
}

/** Makes the call of an answer, and returns the messages that tell of it. */
async function writeCall(
  tx: Transaction,
  run: HeldRun,
  { speaksLater }: AnsweredStep,
  made: Made | undefined,
  at: Timestamp,
): Promise<readonly NewMessage[]> {
  if (!made?.write) return []
  const { call, apply } = made.write
  const result = resultMessage(run, call, { status: 'success', text: await apply(tx) }, at)
  const words = speaksLater ? wordsMessage(run, call, at) : undefined
  return words ? [result, words] : [result]
}

function assistantBody({ answer, calls, agentType, speaksLater }: AnsweredStep): MessageBody {
  const text = cleanText(answer.text)
  const spoken = speaksLater ? [] : calls.flatMap((call) => spokenBy(call) ?? [])
  const thoughts = calls.map((call) => loopArguments(call.arguments).thinking)
  const reasoning = [answer.reasoning, ...thoughts]
    .filter((thought) => thought.trim() !== '')
    .join('\n')
  return {
    role: 'assistant',
    text,
    reasoning: cleanText(reasoning),
    toolCalls: calls.map(({ id, name, arguments: written }) => ({
      id,
      name,
      arguments: cleanText(written),
    })),
    // A memgpt_agent's text beside its calls is for itself only.
    said: (calls.length === 0 || agentType === 'letta_v1_agent' ? [text, ...spoken] : spoken)
      .map(cleanText)
      .filter((words) => words.trim() !== ''),
    ...(answer.extras && { extras: answer.extras }),
  }
}

function refusal(call: PlannedCall): readonly MessageBody[] {
  if (call.kind === 'planned') return []
  return [{ role: 'tool', callId: call.id, toolName: call.name, status: 'error', text: call.error }]
}
