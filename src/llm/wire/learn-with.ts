import type { ProviderRefusal } from './classify-failure.ts'
import type { Fields } from './fields.ts'
import { type Lesson, learnBy } from './lessons.ts'
import type { Attempt } from './wire-model.ts'

/**
 * Makes the next attempt after a refusal. Earlier thinking that is refused is left out of this request only; the lessons
 * hold for later requests too. Undefined: the refusal teaches nothing.
 */
export function learnWith(
  lessons: readonly Lesson[],
  isAboutThoughts: (refusal: ProviderRefusal) => boolean,
) {
  return (refusal: ProviderRefusal, body: Fields, attempt: Attempt): Attempt | undefined => {
    if (!attempt.withoutThoughts && isAboutThoughts(refusal)) {
      return { ...attempt, withoutThoughts: true }
    }
    const learned = learnBy(lessons, refusal, body, attempt.learned)
    return learned && { ...attempt, learned }
  }
}
