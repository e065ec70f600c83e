import { type LooseValue, readLooseValue, readWord, skipSpace } from '../../core/loose-value.ts'

/** A call written as code: its name as written, and its arguments by name. */
export interface PythonCall {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/**
 * Reads calls written as code, `[f(a="x"), g()]`, one after the other or in a list, with any separator; `print(f())`
 * counts as `f()`. Undefined: the text is anything else.
 */
export function readPythonCalls(text: string): readonly PythonCall[] | undefined {
  const isList = /^\s*\[/.test(text)
  let index = skipSpace(text, isList ? text.indexOf('[') + 1 : 0)
  const calls: PythonCall[] = []
  while (index < text.length && !(isList && text[index] === ']')) {
    const call = readCall(text, index)
    if (!call) return undefined
    calls.push(call.call)
    index = skipSpace(text, call.end)
    while (text[index] === ',' || text[index] === ';') index = skipSpace(text, index + 1)
  }
  if (isList && (text[index] !== ']' || text.slice(index + 1).trim() !== '')) return undefined
  return calls.length > 0 ? calls : undefined
}

function readCall(text: string, at: number): { call: PythonCall; end: number } | undefined {
  const name = readDotted(text, at)
  if (!name || text[name.end] !== '(') return undefined
  const inside = skipSpace(text, name.end + 1)
  if (name.word === 'print') {
    const inner = readCall(text, inside)
    const end = inner && skipSpace(text, inner.end)
    return inner && end !== undefined && text[end] === ')'
      ? { call: inner.call, end: end + 1 }
      : undefined
  }
  const fields = readFields(text, inside)
  return fields && { call: { name: name.word, arguments: fields.value }, end: fields.end }
}

function readDotted(text: string, at: number): { word: string; end: number } | undefined {
  let found = readWord(text, at)
  while (found && /[.:]/.test(text[found.end] ?? '')) {
    const next = readWord(text, found.end + 1)
    if (!next) return undefined
    found = { word: text.slice(at, next.end), end: next.end }
  }
  return found
}

function readFields(
  text: string,
  start: number,
): { value: Readonly<Record<string, unknown>>; end: number } | undefined {
  const entries: [string, unknown][] = []
  let index = start
  while (text[index] !== ')') {
    const key = readWord(text, index)
    const equals = key && skipSpace(text, key.end)
    if (!key || equals === undefined || text[equals] !== '=') return undefined
    const field: LooseValue | undefined = readLooseValue(text, equals + 1)
    if (!field) return undefined
    entries.push([key.word, field.value])
    index = skipSpace(text, field.end)
    if (text[index] === ',') index = skipSpace(text, index + 1)
    else if (text[index] !== ')') return undefined
  }
  return { value: Object.fromEntries(entries), end: index + 1 }
}
