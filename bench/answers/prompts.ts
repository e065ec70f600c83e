/* The whole of what the models are told; printed with every result. */

export const ANSWER_WITH_MEMORY = `Below is what a search of the memory of earlier conversations found.

<memory>
{memory}
</memory>

Answer the question from it in as few words as possible. If it does not hold the answer, say "I don't know".

Question: {question}`

export const ANSWER_WITHOUT_MEMORY = `Answer the question in as few words as possible. If you can't know the answer, say "I don't know".

Question: {question}`

export const GRADE = `You grade an answer to a question. It is correct if it says the same as the expected answer, in whatever
words, and nothing that contradicts it. A vague answer that would fit many facts is wrong.

Question: {question}
Expected answer: {expected}
Answer: {answer}

Reply with one word: CORRECT or WRONG.`

/** Values are inserted as they are: they may contain braces. */
export function fill(prompt: string, values: Readonly<Record<string, string>>): string {
  return prompt.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
