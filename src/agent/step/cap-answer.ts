import { sliceCharacters } from '../../core/text.ts'
import type { ModelAnswer } from '../../llm/model.ts'

/** Characters kept of an endless text, which would be sent again at every step. Chosen by hand. */
const HEAD = 80_000
/** Chosen by hand. */
const TAIL = 20_000

/** Shortens the texts of an answer so that they fit a history. */
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
  // A low surrogate must not stand alone at the beginning.
  const tail = text.slice(-TAIL).replace(/^[\uDC00-\uDFFF]/, '')
  const leftOut = text.length - head.length - tail.length
  return leftOut <= 0 ? text : `${head}\n[${leftOut} characters left out]\n${tail}`
}
