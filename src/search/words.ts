import { stemmer } from 'stemmer'

/*
 * Tokenization, the same for every database, so that all find the same entries. The index stores these words separated
 * by spaces; no tokenizer of a database decides anything. Pure.
 */

/** Scripts without spaces between words: cut into single characters and overlapping pairs. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30FC]/u
const UNSPACED_RUN = new RegExp(`${UNSPACED.source}+`, 'gu')
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{M}\p{Co}]*|\p{So}/gu
/** In these scripts a mark is an accent that people omit; elsewhere it is a vowel. */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu
/** Hebrew and Arabic vowel and reading marks, usually omitted, and the Arabic tatweel (line stretch). */
const OPTIONAL =
  /[\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\uFB1E\u0610-\u061A\u0640\u064B-\u0652\u0656-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u08CA-\u08E1\u08E3-\u08FF]/g
/** Alef is often written without its hamza or madda. */
const ALEF = /\u0627[\u0653-\u0655]/g
/** Joiners and variation selectors: they only change how the character before them looks. */
const SELECTORS = /\u200c|\u200d|[\uFE00-\uFE0F]/gu
/** Word boundaries inside an identifier: `parseHTTPResponse`. */
const HUMP = /(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu
const INNER_CAPITAL = /.[A-Z]/
/** ASCII, and dashes, quotes and dots as word processors write them, which only end words. */
const PLAIN = /^[\x20-\x7e\s\u2010-\u2027]*$/

/** The words of a text in order, as indexed: folded, stemmed, with duplicates. */
export function indexWords(text: string): readonly string[] {
  return wordsOf(text, (run) => [...run, ...pairs(run)]).map(stem)
}

/** The distinct words of a question in order, folded but not stemmed. They contain no query syntax. */
export function questionWords(text: string): readonly string[] {
  return [...new Set(wordsOf(text, (run) => (run.length === 1 ? run : pairs(run))))]
}

const stems = new Map<string, string>()
/** Stems cached. Chosen by hand. */
const MAX_STEMS = 50_000
const ENGLISH = /^[a-z]+$/
/** Porter leaves shorter words as they are. */
const SHORTEST = 3

/** Porter stem of an English word; other words unchanged. */
export function stem(word: string): string {
  if (word.length < SHORTEST) return word
  const known = stems.get(word)
  if (known !== undefined) return known
  if (!ENGLISH.test(word)) return word
  if (stems.size >= MAX_STEMS) stems.clear()
  const found = stemmer(word)
  stems.set(word, found)
  return found
}

/** Whether the words of the text are its runs of ASCII letters and digits. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

function wordsOf(text: string, cut: (run: readonly string[]) => readonly string[]): string[] {
  if (isPlain(text)) return plainWords(text)
  const words: string[] = []
  const parts = text
    .replace(/\p{So}/gu, ' $& ')
    .replace(SELECTORS, '')
    .normalize('NFKC')
  for (const [raw] of parts.matchAll(WORD)) {
    const word = fold(raw)
    if (UNSPACED.test(word)) {
      for (const part of cutRuns(word, cut)) words.push(part)
      continue
    }
    words.push(word)
    if (raw !== word) for (const part of humps(raw)) words.push(fold(part))
  }
  return words
}

/** Fast path for what most texts are. */
function plainWords(text: string): string[] {
  const words: string[] = []
  for (const raw of text.match(/[A-Za-z0-9]+/g) ?? []) {
    const word = raw.toLowerCase()
    words.push(word)
    if (raw !== word) for (const part of innerWords(raw)) words.push(part)
  }
  return words
}

/** The words inside a plain word that are indexed beside it. */
export function innerWords(raw: string): readonly string[] {
  return INNER_CAPITAL.test(raw) ? humps(raw).map((part) => part.toLowerCase()) : []
}

/** The parts of a camelCase identifier; none for an ordinary word. */
function humps(raw: string): readonly string[] {
  const parts = raw.replace(HUMP, '$1$2 ').split(' ')
  return parts.length > 1 ? parts : []
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(ACCENTED, '$1')
    .replace(OPTIONAL, '')
    .replace(ALEF, '\u0627')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
}

function cutRuns(word: string, cut: (run: readonly string[]) => readonly string[]): string[] {
  const spaced = word.replace(UNSPACED_RUN, (run) => ` ${cut([...run]).join(' ')} `)
  return spaced.split(' ').filter((part) => part !== '')
}

function pairs(run: readonly string[]): readonly string[] {
  return run.slice(1).map((character, index) => `${run[index]}${character}`)
}
