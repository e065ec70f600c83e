import { sliceCharacters } from '../../core/text.ts'
import type { ModelAnswer } from '../../llm/model.ts'

/** What is kept of a text that does not end: it would be read again at every step. */
const HEAD = 80_000
const TAIL = 20_000

/** The answer with texts that fit into a history. */
export function capAnswer(answer: ModelAnswer): ModelAnswer {
  const text = capText(answer.text)
  return {
    ...answer,
    text,
    reasoning: capText(answer.reasoning),
    warnings:
      text === answer.text
        ? answer.warnings
        : [
            ...answer.warnings,
            `The model's answer had ${answer.text.length} characters; its middle was left out.`,
          ],
  }
}

function capText(text: string): string {
  if (text.length <= HEAD + TAIL) return text
  const head = sliceCharacters(text.slice(0, 2 * HEAD), 0, HEAD)
  // The low half of a character would stand alone at the beginning.
  const tail = text.slice(-TAIL).replace(/^[\uDC00-\uDFFF]/, '')
  const leftOut = text.length - head.length - tail.length
  return leftOut <= 0 ? text : `${head}\n[${leftOut} characters left out]\n${tail}`
}
