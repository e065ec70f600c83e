/** A value found in a text, and the position after it. */
export interface LooseValue {
  readonly value: unknown
  readonly end: number
}

/** Deeper values are no arguments and would exhaust the stack. Chosen by hand. */
const MAX_DEPTH = 50
const WORDS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
  undefined: null,
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
/** Quotation marks of Gemma's templates. */
const STRANGE_QUOTES = ['<|"|>', '<escape>'] as const
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const WORD = /[A-Za-z_][\w-]*/y
const SPACE = /\s*/y

/**
 * Reads a value as JSON or as a Python literal. Single quotes, line breaks inside strings, bare keys and extra commas
 * are accepted. Incomplete values are not completed: undefined.
 */
export function readLooseValue(text: string, start: number, depth = 0): LooseValue | undefined {
  if (depth > MAX_DEPTH) return undefined
  const at = skipSpace(text, start)
  const first = text[at]
  if (first === undefined) return undefined
  const strange = STRANGE_QUOTES.find((quote) => text.startsWith(quote, at))
  if (strange) return readBetween(text, at + strange.length, strange)
  if (first === '"' || first === "'") return readText(text, at)
  if (first === '{') return readObject(text, at, depth)
  if (first === '[' || first === '(') return readList(text, at, depth)
  return readScalar(text, at)
}

export function skipSpace(text: string, start: number): number {
  SPACE.lastIndex = start
  SPACE.exec(text)
  return SPACE.lastIndex
}

/** A name without quotes. */
export function readWord(text: string, start: number): { word: string; end: number } | undefined {
  WORD.lastIndex = start
  const word = WORD.exec(text)?.[0]
  return word === undefined ? undefined : { word, end: start + word.length }
}

function readBetween(text: string, start: number, quote: string): LooseValue | undefined {
  const end = text.indexOf(quote, start)
  return end < 0 ? undefined : { value: text.slice(start, end), end: end + quote.length }
}

function readText(text: string, at: number): LooseValue | undefined {
  const quote = text[at] ?? ''
  const triple = quote.repeat(3)
  if (text.startsWith(triple, at)) return readBetween(text, at + 3, triple)
  let value = ''
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text[index]
    if (character === quote) return { value, end: index + 1 }
    if (character !== '\\') {
      value += character
      continue
    }
    index += 1
    const escaped = text[index] ?? ''
    const code = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(index + 1, index + 5)) : null
    if (code) {
      value += String.fromCharCode(Number.parseInt(code[0], 16))
      index += 4
    } else value += ESCAPES[escaped] ?? (/[A-Za-z\d]/.test(escaped) ? `\\${escaped}` : escaped)
  }
  return undefined
}

function readObject(text: string, at: number, depth: number): LooseValue | undefined {
  const entries: [string, unknown][] = []
  let index = skipSpace(text, at + 1)
  while (text[index] !== '}') {
    const key = readKey(text, index)
    if (!key) return undefined
    index = skipSpace(text, key.end)
    if (text[index] !== ':' && text[index] !== '=') return undefined
    const field = readLooseValue(text, index + 1, depth + 1)
    if (!field) return undefined
    entries.push([key.key, field.value])
    index = skipSpace(text, field.end)
    if (text[index] === ',') index = skipSpace(text, index + 1)
    else if (text[index] !== '}') return undefined
  }
  return { value: Object.fromEntries(entries), end: index + 1 }
}

function readKey(text: string, at: number): { key: string; end: number } | undefined {
  const word = readWord(text, at)
  if (word) return { key: word.word, end: word.end }
  const written = readLooseValue(text, at)
  return written && typeof written.value === 'string'
    ? { key: written.value, end: written.end }
    : undefined
}

function readList(text: string, at: number, depth: number): LooseValue | undefined {
  const close = text[at] === '[' ? ']' : ')'
  const value: unknown[] = []
  let index = skipSpace(text, at + 1)
  while (text[index] !== close) {
    const entry = readLooseValue(text, index, depth + 1)
    if (!entry) return undefined
    value.push(entry.value)
    index = skipSpace(text, entry.end)
    if (text[index] === ',') index = skipSpace(text, index + 1)
    else if (text[index] !== close) return undefined
  }
  return { value, end: index + 1 }
}

function readScalar(text: string, at: number): LooseValue | undefined {
  NUMBER.lastIndex = at
  const number = NUMBER.exec(text)?.[0]
  if (number !== undefined) return { value: Number(number), end: at + number.length }
  const word = readWord(text, at)
  return word && Object.hasOwn(WORDS, word.word)
    ? { value: WORDS[word.word], end: word.end }
    : undefined
}
