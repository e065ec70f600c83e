import { countCharacters, sliceCharacters } from '../../core/text.ts'

/** Chosen by hand. */
export const MAX_RESULTS = 50
/** Characters of one result, so that a hit that is a whole document does not fill the context. Chosen by hand. */
const RESULT_CHARACTERS = 4_000
/** Characters of all results together. Chosen by hand. */
const TOTAL_CHARACTERS = 16_000

/** Search results for the model, as JSON text, best first, with a note of how many are left out. */
export function toResultText(
  results: readonly { readonly content: string }[],
  more: boolean,
  warnings: readonly string[] = [],
): { readonly text: string; readonly shown: number } {
  if (results.length === 0) {
    const note = ['Nothing was found.', ...warnings].join(' ')
    return { text: JSON.stringify({ results: [], note }), shown: 0 }
  }
  const shown: object[] = []
  let characters = 0
  for (const result of results) {
    const cut = shorten(result)
    characters += countCharacters(JSON.stringify(cut))
    if (shown.length > 0 && characters > TOTAL_CHARACTERS) break
    shown.push(cut)
  }
  const leftOut = results.length - shown.length
  const rest = leftOut > 0 ? [`${leftOut} more were left out for length.`] : []
  const note = [...(more && leftOut === 0 ? ['There are more.'] : rest), ...warnings].join(' ')
  return { text: JSON.stringify({ results: shown, ...(note && { note }) }), shown: shown.length }
}

function shorten<T extends { readonly content: string }>(result: T): T {
  const content = sliceCharacters(result.content, 0, RESULT_CHARACTERS)
  return content.length === result.content.length
    ? result
    : { ...result, content: `${content}… (shortened)` }
}
