import { readLooseValue, skipSpace } from '../../core/loose-value.ts'
import { readPythonCalls } from './python-calls.ts'
import { readXmlCall } from './read-xml-call.ts'
import {
  callsOf,
  isFields,
  nameIn,
  type Tools,
  type Trust,
  type WrittenCall,
} from './written-call.ts'

type Calls = readonly WrittenCall[]

const FENCE = /^```[\w-]*[ \t]*\n([\s\S]*?)\n?```$/
/** Control tokens between a name and its arguments, and around successive calls. */
const CONTROL =
  /<[|｜][^<>]*[|｜]>|<\/?tool_sep>|\[(?:ARGS|CALL_ID|TOOL_CALLS)\]|<\|?"?\|>|✿ARGS✿:?/gi
/** A name and whole arguments; only the braces around both may be too few or too many. */
const ENVELOPE =
  /^\{+\s*"(?:name|function|tool)"\s*:\s*"([^"\\]+)"\s*,\s*"(?:arguments|parameters|args|input)"\s*:\s*(?=\{)/
/** Characters. Chosen by hand. */
const MAX_HEAD = 200

/** Reads the calls between the marks of a dialect, in any notation. Undefined: they can't be read. */
export function readCallBody(written: string, tools: Tools): Calls | undefined {
  const body = withoutFence(withoutEnd(written).trim())
  if (body === '') return undefined
  return (
    readJsonCalls(body, tools, 'marked') ??
    readXmlCalls(body, tools) ??
    readPython(body, tools, 'marked') ??
    readBadEnvelope(body, tools) ??
    readNamedObjects(body, tools)
  )
}

/** `{"name": …, "arguments": {…}` with a brace too few or too many at its end, a frequent slip. */
function readBadEnvelope(body: string, tools: Tools): Calls | undefined {
  const envelope = ENVELOPE.exec(body)
  const name = envelope?.[1] === undefined ? undefined : nameIn(tools, envelope[1])
  const read = envelope && name !== undefined ? readValue(body, envelope[0].length) : undefined
  if (!read || name === undefined || !isFields(read.value)) return undefined
  if (!/^[\s}]*$/.test(body.slice(read.end))) return undefined
  return [{ name, arguments: JSON.stringify(read.value) }]
}

/** Objects or lists of calls, one after the other. */
export function readJsonCalls(body: string, tools: Tools, trust: Trust): Calls | undefined {
  if (!/^[[{]/.test(body)) return undefined
  const calls: WrittenCall[] = []
  let index = 0
  while (index < body.length) {
    const read = readValue(body, index)
    const found = read && callsOf(read.value, tools, trust)
    if (!read || !found) return undefined
    calls.push(...found)
    index = skipSpace(body, read.end)
    while (/[;,]/.test(body[index] ?? '')) index = skipSpace(body, index + 1)
  }
  return calls
}

/** As JSON if possible, which reads every number and string exactly. */
function readValue(body: string, start: number) {
  const loose = readLooseValue(body, start)
  if (!loose) return undefined
  try {
    return { value: JSON.parse(body.slice(start, loose.end)) as unknown, end: loose.end }
  } catch {
    return loose
  }
}

/** Each function or invocation tag begins another call. */
function readXmlCalls(body: string, tools: Tools): Calls | undefined {
  if (!body.includes('<')) return undefined
  const starts = [
    ...body.matchAll(/<(?:[｜|]?\w+[｜|:])?(?:function|invoke)(?:\s*=|\s+name\s*=|\()/gi),
  ].map(({ index }) => index)
  const [first] = starts
  const pieces =
    first === undefined || starts.length === 1
      ? [body]
      : starts.map((start, index) => body.slice(start, starts[index + 1]))
  const calls = pieces.map((piece) => readXmlCall(piece, tools))
  return calls.every((call) => call !== undefined) ? calls : undefined
}

export function readPython(body: string, tools: Tools, trust: Trust): Calls | undefined {
  const calls = readPythonCalls(body)?.map(({ name, arguments: fields }) => ({
    known: nameIn(tools, name),
    name,
    fields,
  }))
  if (!calls || (trust === 'bare' && calls.some(({ known }) => known === undefined)))
    return undefined
  return calls.map(({ known, name, fields }) => ({
    name: known ?? name,
    arguments: JSON.stringify(fields),
  }))
}

/** A name, optional marks, and an object, repeated: `functions.x:0<|…|>{…}`, `x[ARGS]{…}`, `call:x{…}`. */
function readNamedObjects(body: string, tools: Tools): Calls | undefined {
  const calls: WrittenCall[] = []
  let index = 0
  for (;;) {
    const open = body.indexOf('{', index)
    if (open < 0) return calls.length > 0 ? calls : undefined
    const head = body.slice(index, open)
    const name = nameInHead(head, tools)
    if (head.length > MAX_HEAD || name === undefined) return undefined
    const read = readValue(body, open)
    if (!read || !isFields(read.value)) return [...calls, { name, arguments: body.slice(open) }]
    calls.push({ name, arguments: JSON.stringify(read.value) })
    index = read.end
  }
}

/** The tool named by the words before an object; if none is a tool, the last word that could be a name. */
function nameInHead(head: string, tools: Tools): string | undefined {
  const words = head
    .replaceAll(CONTROL, ' ')
    .replaceAll('```json', ' ')
    .replaceAll(/```|<\w+>/g, ' ')
    .split(/[\s,;]+/)
    .filter((word) => /\w/.test(word))
  const known = new Set(words.flatMap((word) => nameIn(tools, word) ?? []))
  if (known.size === 1) return [...known][0]
  if (known.size > 1) return undefined
  return words.findLast(
    (word) => /^[\w.:-]{2,}$/.test(word) && !/^(?:json|function|call)$/.test(word),
  )
}

function withoutFence(text: string): string {
  return FENCE.exec(text)?.[1]?.trim() ?? text
}

/** Text that may follow the call: marks that end the whole answer, and closing marks of another dialect. */
const AFTER_CALL =
  /(?:<\|(?:eom_id|eot_id|im_end|end|call|calls|return|endoftext|observation)\|>|<\/s>|<end_of_turn>|<\/(?:tool|function)_?(?:calls?|response|request)>|\[\/?END_[A-Z_]+\]|\[\/[A-Z_]+\])$/
/** Maximum number of marks after a call, and of characters in one. Chosen by hand. */
const MAX_MARKS = 10
const MAX_MARK = 40

function withoutEnd(text: string): string {
  let end = text.trimEnd()
  for (let mark = 0; mark < MAX_MARKS; mark += 1) {
    const length = AFTER_CALL.exec(end.slice(-MAX_MARK))?.[0].length ?? 0
    if (length === 0) break
    end = end.slice(0, -length).trimEnd()
  }
  return end
}
