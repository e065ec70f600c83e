const WORD = /[\p{L}\p{N}]+/gu

/** In lower case, each once. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().match(WORD) ?? [])]
}

/** All of them, if there are no others. */
export function contentWordsOf(text: string): readonly string[] {
  const words = wordsOf(text)
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  return telling.length > 0 ? telling : words
}

/** A list of its own, so that a rival stays what it is when the one of Recollect changes. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all am an and any are as at be because been before being below between both but by
  can could d did do does doing don down during each few for from further had has have having he her here hers herself
  him himself his how i if in into is it its itself just ll m me might more most must my myself no nor not now of off on
  once only or other our ours ourselves out over own re s same shall she should so some such t than that the their theirs
  them themselves then there these they this those through to too under until up ve very was we were what when where
  which while who whom why will with would you your yours yourself yourselves`.split(/\s+/),
)
