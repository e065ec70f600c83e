import type { ParseTask } from '../batch.ts'
import { Refused } from '../refused.ts'
import { textOf } from './content.ts'
import { MAX_RECORD_BYTES } from './limits.ts'

/**
 * The items of a top-level JSON array, each parsed by itself, so that memory is that of the largest one. Throws Refused
 * for what is no such array.
 */
export async function* arrayItems(content: ParseTask['content']): AsyncGenerator<unknown> {
  const scan = createScan()
  for await (const text of textOf(content))
    for (const item of scan.feed(text)) yield parseJson(item)
  if (!scan.isComplete()) throw new Refused('It ends in the middle. Export it again.')
}

function createScan() {
  let depth = 0
  let isInString = false
  let isEscaped = false
  let hasBegun = false
  let isInItem = false
  let item = ''

  /** Whole items that end in this text. */
  function* feed(text: string): Generator<string> {
    let from = 0
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (code === BACKSLASH) isEscaped = true
        else if (code === QUOTE) isInString = false
        continue
      }
      const closes = code === CLOSE_OBJECT || code === CLOSE_ARRAY
      if (isInItem && depth === 1 && (closes || code === COMMA)) {
        yield item + text.slice(from, index)
        item = ''
        isInItem = false
      } else if (!isInItem && depth === 1 && !closes && code !== COMMA && code > SPACE) {
        isInItem = true
        from = index
      }
      if (code === QUOTE) isInString = true
      else if (closes) depth -= 1
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        if (!hasBegun && code !== OPEN_ARRAY) throw new Refused('It is no JSON array.')
        hasBegun = true
        depth += 1
      }
    }
    if (isInItem) item += text.slice(from)
    if (item.length > MAX_RECORD_BYTES) throw tooLong()
  }
  return { feed, isComplete: () => hasBegun && depth === 0 }
}

/** Blanks have lower codes. */
const SPACE = 32
const COMMA = 44
const QUOTE = 34
const BACKSLASH = 92
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93

/** Lines with something in them, without their ends. */
async function* linesOf(content: ParseTask['content']): AsyncGenerator<string> {
  let rest = ''
  for await (const text of textOf(content)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_RECORD_BYTES) throw tooLong()
    for (const line of lines) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

/** Each line as JSON; `number` counts from 1 over lines with something in them. Throws Refused. */
export async function* jsonLines(
  content: ParseTask['content'],
): AsyncGenerator<{ readonly value: unknown; readonly line: string; readonly number: number }> {
  let number = 0
  for await (const line of linesOf(content)) {
    number += 1
    try {
      yield { value: JSON.parse(line), line, number }
    } catch {
      throw new Refused(`Line ${number} is no JSON.`)
    }
  }
}

/** Throws Refused. */
export function parseJson(item: string): unknown {
  try {
    return JSON.parse(item)
  } catch {
    throw new Refused('It is no JSON that can be read, or it is damaged.')
  }
}

const tooLong = () =>
  new Refused(`One entry in it has more than ${MAX_RECORD_BYTES / 1e6} MB, which is too much.`)
