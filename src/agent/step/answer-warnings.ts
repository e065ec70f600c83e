import type { Agent } from '../../core/agent.ts'
import type { ModelAnswer } from '../../llm/model.ts'

const CUT_OFF =
  "The reply is incomplete: the model's answer was cut off at its output limit. Ask the agent to go on, or for less at once."

/** Warnings about the answer, for a person. */
export function answerWarnings(
  answer: ModelAnswer,
  { contextWindow }: Pick<Agent, 'contextWindow'>,
): readonly string[] {
  const { finish, toolCalls, usage, warnings } = answer
  return [
    ...warnings,
    ...(finish === 'length' && toolCalls.length === 0 ? [CUT_OFF] : []),
    ...(usage.promptTokens > contextWindow ? [overWindow(usage.promptTokens, contextWindow)] : []),
  ]
}

/** Some providers accept more than fits and silently drop a part, which nobody can name. */
function overWindow(tokens: number, contextWindow: number): string {
  return `The provider counted ${tokens} tokens, more than the agent's context_window of ${contextWindow}; the model may not have read all of it. Set context_window to what the model really has.`
}
