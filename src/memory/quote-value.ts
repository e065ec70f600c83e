import { countCharacters, sliceCharacters } from '../core/text.ts'

/** As much of a block as an error message can carry. */
const QUOTED_CHARACTERS = 2_000

/** A block's text as it is now, for whoever edited an older one; of a long one its beginning. `next` is what to do with it. */
export function quoteValue(value: string, next: string): string {
  if (value === '') return `The block is empty now. ${next}`
  const shown = sliceCharacters(value, 0, QUOTED_CHARACTERS)
  const part =
    shown.length < value.length
      ? ` (the first ${QUOTED_CHARACTERS} of ${countCharacters(value)} characters)`
      : ''
  const fence = fenceFor(shown)
  return `The block reads now${part}:\n${fence}\n${shown}\n${fence}\n${next}`
}

/** Longer than any row of backticks in the text, so that nothing in it ends the quotation. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((row) => row.length))
  return '`'.repeat(longest + 1)
}
