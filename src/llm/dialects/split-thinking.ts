import { ANSWER, ANY_CLOSE, LONE_CLOSE, THINKING_MARKS, type ThinkingMark } from './thinking.ts'

const LEADING_CLOSE = new RegExp(`^\\s*${ANY_CLOSE.source}`, 'i')
const LEADING_OPEN = /^\s*<think(?:ing)?>/i

export interface SplitText {
  readonly text: string
  readonly reasoning: string
}

/**
 * Separates the thinking from a model's output: every closed pair of marks, one left open at the beginning, and the
 * text before a lone closing mark, which comes from templates that open it in the prompt.
 */
export function splitThinking(content: string): SplitText {
  const thoughts: string[] = []
  const kept: string[] = []
  let rest = content
  const lone = LONE_CLOSE.exec(content)
  if (lone && !findMark(content.slice(0, lone.index), '')) {
    thoughts.push(content.slice(0, lone.index))
    rest = content.slice(lone.index + lone[0].length)
  }
  for (let from = 0; ; ) {
    const mark = findMark(rest.slice(from), kept.join('') + rest.slice(0, from))
    if (!mark) break
    const start = from + mark.index
    const inside = start + mark.length
    const { end, length } = findClose(rest, mark.close, inside)
    const before = rest.slice(0, start)
    if (end < 0) {
      if ((kept.join('') + before).trim() === '') {
        thoughts.push(rest.slice(inside))
        kept.push(before)
        rest = ''
      }
      break
    }
    thoughts.push(rest.slice(inside, end))
    kept.push(before)
    rest = rest.slice(end + length)
    // End of thinking within thinking.
    if (before.trim() === '') rest = rest.replace(LEADING_CLOSE, '')
    from = 0
  }
  if (thoughts.length === 0) return { text: content, reasoning: '' }
  const text = (kept.join('') + rest).trim()
  return {
    text: ANSWER.exec(text)?.[2]?.trim() ?? text,
    reasoning: thoughts
      .map((thought) => thought.replace(LEADING_OPEN, '').trim())
      .filter((thought) => thought !== '')
      .join('\n'),
  }
}

interface FoundMark {
  readonly index: number
  readonly length: number
  readonly close: string
}

/** The first opening mark in `text`, which follows `before`. */
function findMark(text: string, before: string): FoundMark | undefined {
  let first: FoundMark | undefined
  for (const mark of THINKING_MARKS) {
    const found = mark.open.exec(text)
    if (!found || (first && first.index <= found.index)) continue
    if (!opens(mark, before + text.slice(0, found.index))) continue
    const close = mark.close.replace('$1', found[1] ?? '')
    first = { index: found.index, length: found[0].length, close }
  }
  return first
}

function opens({ at }: ThinkingMark, before: string): boolean {
  if (at === 'anywhere') return true
  if (before.trim() === '') return true
  return at === 'line' && /\n[ \t]*$/.test(before) && !isInFence(before)
}

/** `end` is -1 if it is not closed. */
function findClose(text: string, mark: string, from: number): { end: number; length: number } {
  const end = text.toLowerCase().indexOf(mark.toLowerCase(), from)
  const other = end < 0 && mark.startsWith('</') ? ANY_CLOSE.exec(text.slice(from)) : null
  return other ? { end: from + other.index, length: other[0].length } : { end, length: mark.length }
}

/** Whether a code fence is open at the end of this text. */
export function isInFence(before: string): boolean {
  return (before.match(/^[ \t]*```/gm) ?? []).length % 2 === 1
}
