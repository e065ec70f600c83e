import { countCharacters, sliceCharacters } from '../core/text.ts'

/** Characters of a block that an error message quotes. Chosen by hand. */
const QUOTED_CHARACTERS = 2_000

/**
 * Quotes a block's current text for a caller that edited an older one; a long text is cut. `next` says what to do with
 * it.
 */
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

/** Longer than any run of backticks in the text, so that the text can't end the quotation. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((row) => row.length))
  return '`'.repeat(longest + 1)
}
