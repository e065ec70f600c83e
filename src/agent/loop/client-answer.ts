import { z } from 'zod'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import { FINISHES } from '../../core/run.ts'
import type { ModelAnswer, ModelWords } from '../../llm/model.ts'

/* Format in which the answer of a client's model is stored until the step reads it. */

const Words = z.object({
  text: z.string(),
  reasoning: z.string(),
  toolCalls: z.array(
    z.object({ name: z.string(), arguments: z.string(), problem: z.string().optional() }),
  ),
  finish: z.enum(FINISHES),
})

const ESTIMATED =
  'The model of the client answered; tokens are estimated, as clients do not say how many it took.'

export function storeWords(words: ModelWords): string {
  return JSON.stringify(words)
}

export function answerOf(stored: string, promptTokens: number): ModelAnswer {
  const words = Words.parse(JSON.parse(stored))
  const written = [
    words.text,
    words.reasoning,
    ...words.toolCalls.flatMap(({ name, arguments: text }) => [name, text]),
  ]
  const completionTokens = written.reduce((sum, text) => sum + estimateTokens(text), 0)
  return {
    ...words,
    usage: {
      promptTokens,
      completionTokens,
      totalTokens: promptTokens + completionTokens,
      cachedTokens: 0,
    },
    warnings: [ESTIMATED],
  }
}
