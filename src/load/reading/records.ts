import type { ParseTask } from '../batch.ts'
import { Refused } from '../refused.ts'
import { chunksOf } from './content.ts'
import { MAX_RECORD_BYTES } from './limits.ts'

/**
 * The objects of a top-level JSON array, each parsed by itself, so that memory is that of the largest one. What is no
 * object in the array is skipped. Throws Refused for what is no such array.
 */
export async function* arrayItems(content: ParseTask['content']): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  const scan = createScan()
  for await (const chunk of chunksOf(content)) {
    for (const item of scan.feed(decoder.decode(chunk, { stream: true }))) yield parseJson(item)
  }
  for (const item of scan.feed(decoder.decode())) yield parseJson(item)
  if (!scan.isComplete()) throw new Refused('It ends in the middle. Export it again.')
}

function createScan() {
  let depth = 0
  let isInString = false
  let isEscaped = false
  let hasBegun = false
  let item = ''

  /** Whole items that end in this text. */
  function* feed(text: string): Generator<string> {
    let from = depth >= 2 ? 0 : -1
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (code === BACKSLASH) isEscaped = true
        else if (code === QUOTE) isInString = false
      } else if (code === QUOTE) isInString = true
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        if (!hasBegun && code !== OPEN_ARRAY) throw new Refused('It is no JSON array.')
        hasBegun = true
        depth += 1
        if (depth === 2) from = index
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        depth -= 1
        if (depth === 1 && from >= 0) {
          yield item + text.slice(from, index + 1)
          item = ''
          from = -1
        }
      }
    }
    if (from >= 0) item += text.slice(from)
    if (item.length > MAX_RECORD_BYTES) throw tooLong()
  }
  return { feed, isComplete: () => hasBegun && depth === 0 }
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93

/** Lines with something in them, without their ends. */
async function* linesOf(content: ParseTask['content']): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunksOf(content)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_RECORD_BYTES) throw tooLong()
    for (const line of lines) if (line.trim() !== '') yield line
  }
  rest += decoder.decode()
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
