import type { Chat } from './chat.ts'
import { ANSWER_WITH_MEMORY, ANSWER_WITHOUT_MEMORY, fill, GRADE } from './prompts.ts'

export interface ToAnswer {
  readonly text: string
  readonly category: string
  readonly answer: string
  /** Passages that the memory finds for the question. */
  recall(): Promise<string>
}

export interface Answered {
  readonly question: string
  readonly category: string
  readonly expected: string
  readonly withMemory: Graded
  readonly withoutMemory: Graded
}

export interface Graded {
  readonly answer: string
  readonly isCorrect: boolean
  /** Verdict of the grader. */
  readonly verdict: string
}

/** Every question with and without memory, one after another, each answer graded without knowing which it is. */
export async function answerAll(
  questions: readonly ToAnswer[],
  chat: Chat,
  { model, grader }: { readonly model: string; readonly grader: string },
): Promise<readonly Answered[]> {
  const grade = async ({ text, answer: expected }: ToAnswer, answer: string): Promise<Graded> => {
    const verdict = await chat.ask(grader, fill(GRADE, { question: text, expected, answer }))
    return { answer, verdict, isCorrect: /^\W*correct\b/i.test(verdict) }
  }
  const answered: Answered[] = []
  for (const one of questions) {
    const { text: question, category, answer: expected } = one
    const memory = await one.recall()
    const informed = await chat.ask(model, fill(ANSWER_WITH_MEMORY, { memory, question }))
    const blank = await chat.ask(model, fill(ANSWER_WITHOUT_MEMORY, { question }))
    answered.push({
      ...{ question, category, expected },
      withMemory: await grade(one, informed),
      withoutMemory: await grade(one, blank),
    })
  }
  return answered
}
