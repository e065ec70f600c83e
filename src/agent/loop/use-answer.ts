import type { AgentEvent } from '../../core/event.ts'
import type { StepId } from '../../core/ids.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ChatModel, ModelAnswer } from '../../llm/model.ts'
import { refusalOf } from '../rules/render-tool-rules.ts'
import { hasRule, judge } from '../rules/tool-rules.ts'
import { answerWarnings } from '../step/answer-warnings.ts'
import { capAnswer } from '../step/cap-answer.ts'
import { planCalls, speaksLater, spokenBy } from '../step/plan-calls.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { ExactContext } from './compile-exactly.ts'
import type { HeldRun } from './held.ts'
import { learnFrom } from './make-room.ts'
import { recordAnswer } from './record-answer.ts'

interface AskedStep extends ExactContext {
  readonly stepId: StepId
}

interface Answered {
  readonly answer: ModelAnswer
  /** Sum over all model calls made for this answer. */
  readonly usage: TokenUsage
  readonly emit: (event: AgentEvent) => void
  readonly stream: AnswerStream
}

/** Turns the model's answer into the calls of the step, and streams the words in it. */
export async function useAnswer(
  run: HeldRun,
  { stepId, input, compiled }: AskedStep,
  model: Pick<ChatModel, 'handle' | 'warnings' | 'isRehearsal'>,
  { answer: written, usage, emit, stream }: Answered,
): Promise<'went_on' | 'let_go'> {
  const { agent } = input
  const { toolRules } = agent
  const { request } = compiled
  const offered = input.tools.filter(
    (tool) =>
      request.toolChoice !== 'none' && request.tools.some((spec) => spec.name === tool.name),
  )
  const answer = capAnswer(written)
  const speakNow = input.speakNow !== null
  const verdict = judge(toolRules, agent.tools, input.calls)
  const calls = planCalls(answer, {
    tools: speakNow ? offered : input.tools,
    speakNow,
    ruledOut: (name) => (speakNow ? undefined : refusalOf(verdict, name)),
    needsApproval: (name) =>
      hasRule(toolRules, 'requires_approval', name) ||
      input.tools.some((tool) => tool.name === name && tool.needsApproval === true),
  })
  const isUnsaid = speaksLater(calls, toolRules.length > 0)
  const recorded = await recordAnswer(run, {
    stepId,
    messageId: stream.messageId,
    model: model.handle,
    warnings: [...model.warnings, ...answerWarnings(answer, agent)],
    answer: { ...answer, usage },
    calls,
    agentType: agent.agentType,
    learned: {
      ...learnFrom(answer.usage, input, compiled),
      ...(model.isRehearsal !== true && { ranOn: model.handle }),
    },
    speaksLater: isUnsaid,
  })
  const spoken = isUnsaid ? [] : calls.flatMap((call) => spokenBy(call) ?? [])
  const said = (calls.length === 0 ? [answer.text] : spoken).filter((text) => text.trim() !== '')
  stream.keep(answer, said)
  for (const text of said) emit({ type: 'spoke', runId: run.id, agentId: run.agentId, text })
  return recorded === 'over' ? 'let_go' : 'went_on'
}
