import { indexWords, innerWords, isPlain, stem } from './words.ts'

/*
 * Counts the words of a text without making them, since a search reads the words of some hundred texts and looks for a
 * few. Pure.
 */

export interface WordCounter {
  /** How many words `indexWords` finds in the text from this place on; calls `found` with each of them that is looked for. */
  count(text: string, from: number, found: (stem: string) => void): number
}

/** Class of each ASCII character: 0 ends a word. */
const LETTER = 1
const CAPITAL = 2
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[A-Z]/.test(character)) return CAPITAL
  return /[a-z0-9]/.test(character) ? LETTER : 0
})

export function createWordCounter(stems: Iterable<string>): WordCounter {
  const wanted = new Set(stems)
  /** A stem begins as its word does, so other words need not be stemmed. */
  const mayBegin = new Uint8Array(128)
  for (const one of wanted) {
    for (const letter of [one.toLowerCase(), one.toUpperCase()]) {
      const code = letter.charCodeAt(0)
      if (code < mayBegin.length) mayBegin[code] = 1
    }
  }

  function report(word: string, found: (stem: string) => void): void {
    const stemmed = stem(word)
    if (wanted.has(stemmed)) found(stemmed)
  }

  function countPlain(text: string, from: number, found: (stem: string) => void): number {
    let count = 0
    for (let at = from; at < text.length; ) {
      const begin = at
      let hasInnerCapital = false
      for (; at < text.length; at += 1) {
        const kind = KINDS[text.charCodeAt(at)] ?? 0
        if (kind === 0) break
        if (kind === CAPITAL && at > begin) hasInnerCapital = true
      }
      if (at === begin) {
        at += 1
        continue
      }
      count += 1
      if (mayBegin[text.charCodeAt(begin)]) report(text.slice(begin, at).toLowerCase(), found)
      if (!hasInnerCapital) continue
      for (const part of innerWords(text.slice(begin, at))) {
        count += 1
        report(part, found)
      }
    }
    return count
  }

  return {
    count(text, from, found) {
      if (isPlain(text)) return countPlain(text, from, found)
      const words = indexWords(text.slice(from))
      for (const word of words) if (wanted.has(word)) found(word)
      return words.length
    },
  }
}
