import { estimateTokens } from '../core/estimate-tokens.ts'
import type { TokenUsage } from '../core/run.ts'
import { tokenSum } from '../core/token-sum.ts'
import type { ModelAnswer, ModelMessage, ModelRequest, ModelWords } from './model.ts'

/** Usage of models that do not count tokens. Budgets need a number, and zero would disable them. */
export function estimateUsage(request: ModelRequest, answer: ModelWords): TokenUsage {
  const promptTokens = estimatePrompt(request)
  const completionTokens =
    estimateTokens(answer.text) + estimateTokens(answer.reasoning) + countCalls(answer.toolCalls)
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    cachedTokens: 0,
  }
}

export function estimatePrompt({ tools, messages }: ModelRequest): number {
  const [first] = messages
  const count = (first ? countMessage(first) : 0) + countOthers(messages.slice(1))
  return estimateTokens(JSON.stringify(tools)) + count
}

function countMessage(message: ModelMessage): number {
  const calls = message.role === 'assistant' ? countCalls(message.toolCalls) : 0
  return estimateTokens(message.text) + calls
}

/** The first message may be the system's, which is not the same at every step. */
const countOthers = tokenSum(countMessage)

function countCalls(calls: ModelAnswer['toolCalls']): number {
  return sum(calls.map((call) => estimateTokens(call.name) + estimateTokens(call.arguments)))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
