import { CALL_MARKS, LEFTOVERS } from './call-marks.ts'
import { readCallBody, readJsonCalls, readPython } from './read-call-body.ts'
import { readToolTag } from './read-xml-call.ts'
import { isInFence } from './split-thinking.ts'
import { isFields, nameIn, type Tools, type WrittenCall, wholeValue } from './written-call.ts'

export interface TextWithCalls {
  /** The text without the calls. */
  readonly text: string
  readonly calls: readonly WrittenCall[]
}

const UNREADABLE =
  'The call was not run: it stands in the text of your answer, in a form that can not be read. Make it again as a tool call, with one JSON object of arguments.'

/**
 * Finds calls written into the text, as small models and some chat templates do. They count only where the text can
 * hardly mean anything else: between marks that only calls have, or if they are the whole text. Marks are removed in
 * any case; unreadable text between them becomes a call with a `problem`.
 */
export function readTextCalls(content: string, tools: Tools): TextWithCalls {
  const marked = readMarked(content, tools)
  const text = marked.text.replaceAll(LEFTOVERS, '')
  const tidy = text === content ? content : text.trim()
  if (marked.calls.length > 0) return { text: tidy, calls: marked.calls }
  const whole = tidy.trim()
  const calls = readWhole(whole, tools)
  if (calls) return { text: '', calls }
  return readLastFence(whole, tools) ?? { text: tidy, calls: [] }
}

/** Only calls between marks, wherever they are. */
export function readMarked(content: string, tools: Tools): TextWithCalls {
  const calls: WrittenCall[] = []
  const kept: string[] = []
  let rest = content
  let from = 0
  for (let mark = findMark(rest, from, kept); mark; mark = findMark(rest, from, kept)) {
    const region = { body: rest.slice(mark.bodyStart, mark.bodyEnd), isClosed: mark.isClosed }
    const found = callsIn(region, rest.slice(mark.start, mark.end), mark.isToken, tools)
    if (!found) {
      from = mark.start + 1
      continue
    }
    kept.push(rest.slice(0, mark.start))
    calls.push(...found)
    rest = rest.slice(mark.end)
    from = 0
  }
  const text = [...kept, rest].join('')
  return { text: kept.length > 0 ? text.trim() : text, calls }
}

interface FoundMark {
  readonly start: number
  readonly end: number
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly isClosed: boolean
  readonly isToken: boolean
}

function findMark(text: string, from: number, kept: readonly string[]): FoundMark | undefined {
  let first: FoundMark | undefined
  for (const { open, close, isToken, isBody } of CALL_MARKS) {
    const search = new RegExp(open.source, `${open.flags}g`)
    search.lastIndex = from
    for (let found = search.exec(text); found; found = search.exec(text)) {
      if (first && first.start <= found.index) break
      if (!isToken && !opensLine(text.slice(0, found.index), kept)) continue
      const inside = found.index + found[0].length
      const mark = close?.replaceAll(/\$(\d)/g, (_, number: string) => found[Number(number)] ?? '')
      const at = mark === undefined ? -1 : text.toLowerCase().indexOf(mark.toLowerCase(), inside)
      const next = nextOpen(text, open, inside)
      const bodyEnd = at < 0 ? next : at
      first = {
        start: found.index,
        end: at < 0 ? next : at + (mark?.length ?? 0),
        bodyStart: isBody === true ? found.index : inside,
        bodyEnd,
        // If the answer was cut off, the end mark is missing.
        isClosed: at >= 0 || mark === undefined,
        isToken,
      }
      break
    }
  }
  return first
}

/** A mark without an end is closed by the next one of its kind. */
function nextOpen(text: string, open: RegExp, from: number): number {
  const next = text.slice(from).search(open)
  return next < 0 ? text.length : from + next
}

/** Whether the mark begins a line and is not inside code; a mark quoted in a sentence does not open a call. */
function opensLine(before: string, kept: readonly string[]): boolean {
  const all = kept.join('') + before
  return (/(?:^|\n)[ \t]*$/.test(before) || before.trim() === '') && !isInFence(all)
}

/** Undefined: the text is about calls and makes none. */
function callsIn(
  { body, isClosed }: { readonly body: string; readonly isClosed: boolean },
  written: string,
  isToken: boolean,
  tools: Tools,
): readonly WrittenCall[] | undefined {
  const inside = withoutOuterTag(body)
  const nested = inside === body || !inside.includes('<') ? undefined : readMarked(inside, tools)
  if (nested && nested.calls.length > 0) return nested.calls
  const found =
    readCallBody(inside, tools) ?? (inside === body ? undefined : readCallBody(body, tools))
  // If no tool is offered, no call can be made; the marks are removed all the same.
  if (found) return tools.length === 0 ? [] : found
  const cut = isClosed ? undefined : cutOffCall(inside, tools)
  if (cut) return tools.length === 0 ? [] : [cut]
  const isMeant = isToken || isClosed || /^\s*[[{<]/.test(inside)
  if (!isMeant) return undefined
  if (tools.length === 0 || inside.trim() === '') return []
  return [{ name: guessName(inside, tools), arguments: written, problem: UNREADABLE }]
}

/** `<tool_call>…` without its tag, unless the tag itself holds information. */
function withoutOuterTag(body: string): string {
  return body.replace(/^\s*<[^>=\s"]+>/, '')
}

/**
 * A call without its end, with the part that there is, so that the model gets an error and the user does not see it.
 */
function cutOffCall(written: string, tools: Tools): WrittenCall | undefined {
  const name = /^\s*\{\s*"name"\s*:\s*"([^"]*)"/.exec(written)?.[1]
  const known = name === undefined ? undefined : nameIn(tools, name)
  return known === undefined ? undefined : { name: known, arguments: written.trim() }
}

function guessName(written: string, tools: Tools): string {
  const named = tools.filter(({ name }) => written.includes(name))
  return named.length === 1 && named[0] ? named[0].name : 'unreadable_call'
}

const FENCED = /^```(?:\w+)?[ \t]*\n([\s\S]*?)\n?```$/

/** A text that consists only of calls of offered tools. */
function readWhole(whole: string, tools: Tools): readonly WrittenCall[] | undefined {
  if (tools.length === 0 || whole === '') return undefined
  const body = FENCED.exec(whole)?.[1]?.trim() ?? whole
  const tag = readToolTag(body, tools)
  return (
    readJsonCalls(body, tools, 'bare') ??
    (tag && [tag]) ??
    readPython(body, tools, 'bare') ??
    readNameAndObject(body, tools)
  )
}

/** GLM-4: the name on a line of its own, the arguments below. */
function readNameAndObject(body: string, tools: Tools): readonly WrittenCall[] | undefined {
  const [, written = '', json = ''] = /^([\w.:-]+)[ \t]*\n\s*(\{[\s\S]*\})$/.exec(body) ?? []
  const name = nameIn(tools, written)
  const value = name === undefined ? undefined : wholeValue(json)
  return name !== undefined && isFields(value)
    ? [{ name, arguments: JSON.stringify(value) }]
    : undefined
}

/** Words, then one call as code at the very end. An example would be followed by more words. */
function readLastFence(whole: string, tools: Tools): TextWithCalls | undefined {
  const fence = /\n```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/.exec(whole)
  if (!fence || tools.length === 0 || isInFence(whole.slice(0, fence.index))) return undefined
  const calls = readJsonCalls((fence[1] ?? '').trim(), tools, 'bare')
  return calls && { text: whole.slice(0, fence.index).trim(), calls }
}
