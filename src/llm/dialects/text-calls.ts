import { LEFTOVERS } from './call-marks.ts'
import { findMark } from './find-mark.ts'
import { readLastCall } from './last-call.ts'
import { readCallBody, readJsonCalls, readPython } from './read-call-body.ts'
import { readToolTag } from './read-xml-call.ts'
import { readTaggedCalls } from './tagged-calls.ts'
import { unescaped } from './unescaped.ts'
import {
  isFields,
  nameIn,
  type TextWithCalls,
  type Tools,
  type WrittenCall,
  wholeValue,
} from './written-call.ts'

const UNREADABLE =
  'The call was not run: it stands in the text of your answer, in a form that can not be read. Make it again as a tool call, with one JSON object of arguments.'

/**
 * Finds calls written into the text, as small models and some chat templates do. They count only where the text can
 * hardly mean anything else: between marks that only calls have, or if they are the whole text. Marks are removed in
 * any case; unreadable text between them becomes a call with a `problem`.
 */
export function readTextCalls(content: string, tools: Tools): TextWithCalls {
  const inner = innerOf(content)
  const unwrapped = inner === undefined ? undefined : readMarked(inner, tools)
  if (unwrapped && unwrapped.text.trim() === '' && areKnown(unwrapped.calls, tools))
    return unwrapped
  const marked = readMarked(content, tools)
  const text = marked.text.replaceAll(LEFTOVERS, '')
  const tidy = text === content ? content : text.trim()
  if (marked.calls.length > 0) return { text: withoutStrays(tidy), calls: marked.calls }
  const whole = tidy.trim()
  const calls = readWhole(whole, tools)
  if (calls) return { text: '', calls }
  return readTaggedCalls(tidy, tools) ?? readLastCall(whole, tools) ?? { text: tidy, calls: [] }
}

/** The text in a fence around the whole, or with its escapes of HTML resolved. */
function innerOf(content: string): string | undefined {
  const whole = content.trim()
  return /^&lt;[\s\S]*&gt;$/.test(whole) ? unescaped(whole) : FENCED.exec(whole)?.[1]
}

function areKnown(calls: readonly WrittenCall[], tools: Tools): boolean {
  const isKnown = ({ name, problem }: WrittenCall) =>
    problem === undefined && tools.some((tool) => tool.name === name)
  return calls.length > 0 && calls.every(isKnown)
}

/** Closing tags whose opening ones are missing, and the word that some models leave before a call. */
function withoutStrays(text: string): string {
  const left = text.replaceAll(STRAY, '').trim()
  return left === 'call' ? '' : left === text.trim() ? text : left
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
    if (!found || (mark.isInline && !areKnown(found, tools))) {
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
  const [start = ''] = /^\s*[\w.:-]+/.exec(inside) ?? []
  const isMeant =
    isToken ||
    isClosed ||
    /^\s*[[{<]/.test(inside) ||
    tools.some(({ name }) => name === start.trim())
  if (!isMeant) return undefined
  if (tools.length === 0 || inside.trim() === '') return []
  return [{ name: guessName(inside, tools), arguments: written, problem: UNREADABLE }]
}

/** `<tool_call>…` without its tag, unless the tag itself holds information. */
function withoutOuterTag(body: string): string {
  const [open = '', name = ''] = /^\s*<([^>=\s"]+)>/.exec(body) ?? []
  const inside = body.slice(open.length).trimEnd()
  const close = `</${name}>`
  return open !== '' && inside.toLowerCase().endsWith(close.toLowerCase())
    ? inside.slice(0, -close.length)
    : body.slice(open.length)
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

const STRAY = /^[ \t]*<\/(?:\w+[_:])?(?:(?:tool|function)[_-]?calls?|function|invoke)>[ \t]*$/gim
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
    readNameAndObject(body, tools) ??
    unreadableCode(body, tools)
  )
}

/** `[send_message("Hello")]`: a call as code without the names of its arguments. */
function unreadableCode(body: string, tools: Tools): readonly WrittenCall[] | undefined {
  const name = /^\[?([\w.]+)\([\s\S]*\)\]?$/.exec(body)?.[1]
  const isOffered = tools.some((tool) => tool.name === name)
  return isOffered && name !== undefined
    ? [{ name, arguments: body, problem: UNREADABLE }]
    : undefined
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
