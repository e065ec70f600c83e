/*
 * How text becomes words, for every database alike, so that what one finds the other finds. Scripts that put no spaces
 * between words are cut into single characters and overlapping pairs; the rest is left to the database's tokenizer.
 */

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30FC]+/gu
const WORD = /[\p{L}\p{N}\p{M}\p{Co}\p{So}]+/gu

/** More words than this make a query slow, not better. */
const MOST_TERMS = 64

/** The form in which a text is indexed. */
export function searchableText(text: string): string {
  return fold(text).replace(UNSPACED, (run) => ` ${[...singles(run), ...pairs(run)].join(' ')} `)
}

/**
 * The words of a question in plain language that are worth looking for: stop words are left out unless nothing else
 * is there. Only letters, digits and symbols come through, so no term can be taken for query syntax.
 */
export function searchTerms(query: string): readonly string[] {
  const words = fold(query)
    .replace(UNSPACED, (run) => ` ${termsOf(run).join(' ')} `)
    .match(WORD)
  const unique = [...new Set(words ?? [])]
  const telling = unique.filter((word) => !STOP_WORDS.has(word))
  return (telling.length > 0 ? telling : unique).slice(0, MOST_TERMS)
}

/** Symbols become words of their own: people write "great👍", and NFKC would make "Kleenextm" of "Kleenex™". */
function fold(text: string): string {
  return text
    .replace(/\p{So}/gu, ' $& ')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
}

function termsOf(run: string): readonly string[] {
  const found = pairs(run)
  return found.length > 0 ? found : singles(run)
}

function singles(run: string): readonly string[] {
  return [...run]
}

function pairs(run: string): readonly string[] {
  const characters = [...run]
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`)
}

const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all am an and any are as at be because been before being below between both but by
  can could did do does doing don down during each few for from further had has have having he her here hers herself him
  himself his how i if in into is it its itself just ll me more most my myself no nor not now of off on once only or other
  our ours ourselves out over own re s same she should so some such t than that the their theirs them themselves then
  there these they this those through to too under until up ve very was we were what when where which while who whom why
  will with would you your yours yourself yourselves`.split(/\s+/),
)
