import { excerpt } from '../../core/text.ts'
import type { SimilarPassage } from '../../memory/find-similar.ts'

/** Chosen by hand. */
const EXCERPT_CHARACTERS = 200

/** Tells a model of earlier passages that say nearly the same. */
export function tellSimilar(similar: readonly SimilarPassage[]): readonly string[] {
  if (similar.length === 0) return []
  const list = similar.map(
    ({ passage: { id, createdAt, text }, likely, ageDays }) =>
      `${id} of ${createdAt.slice(0, 10)}, ${ageDays} ${ageDays === 1 ? 'day' : 'days'} before (likely a ${likely}): ${JSON.stringify(excerpt(text, EXCERPT_CHARACTERS))}`,
  )
  return [
    `Similar to what was stored before: ${list.join('; ')}. If it replaces one of them, insert it again with supersedes.`,
  ]
}
