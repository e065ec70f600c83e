import * as z from 'zod'
import type { ModelAnswer } from '../model.ts'

type Calls = ModelAnswer['toolCalls']

export interface TextWithCalls {
  /** What is left besides the calls. */
  readonly text: string
  readonly calls: Calls
}

/** `{"name": …, "arguments": {…}}`, with the names that Llama and OpenAI give the same. */
const Written = z.strictObject({
  name: z.string(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
  id: z.unknown().optional(),
  type: z.unknown().optional(),
})
const Wrapped = z.strictObject({ type: z.literal('function'), function: Written })

/** At the start of a line, so that one quoted in a sentence is none. */
const OPEN = /^[ \t]*<tool_call>/m
const CLOSE = '</tool_call>'
const FENCED = /^```(?:json|tool_call)?[ \t]*\n([\s\S]*?)\n?```$/

/**
 * Calls that a model wrote into its text, as small models and some chat templates do, instead of making them. Only
 * calls of tools that were offered count, and only where the text can hardly be meant otherwise: tagged, or the whole of it.
 */
export function readTextCalls(text: string, names: ReadonlySet<string>): TextWithCalls {
  const tagged = readTagged(text, names)
  if (tagged.calls.length > 0) return tagged
  const whole = text.trim()
  const calls = readCalls(FENCED.exec(whole)?.[1] ?? whole, names)
  return calls ? { text: '', calls } : { text, calls: [] }
}

function readTagged(text: string, names: ReadonlySet<string>): TextWithCalls {
  const calls: Calls[number][] = []
  const kept: string[] = []
  let rest = text
  for (let open = OPEN.exec(rest); open; open = OPEN.exec(rest)) {
    const start = open.index + open[0].length
    // The end is missing where the answer was cut off.
    const end = rest.includes(CLOSE, start) ? rest.indexOf(CLOSE, start) : rest.length
    const written = rest.slice(start, end).trim()
    const found = readCalls(written, names) ?? readCutOff(written, names)
    kept.push(rest.slice(0, found ? open.index : end))
    calls.push(...(found ?? []))
    rest = rest.slice(end + (found ? CLOSE.length : 0))
  }
  return { text: [...kept, rest].join('').trim(), calls }
}

/** null: not calls of these tools. */
function readCalls(written: string, names: ReadonlySet<string>): Calls | null {
  if (!/^[[{]/.test(written)) return null
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    return null
  }
  const calls = (Array.isArray(value) ? value : [value]).map(readCall)
  const known = calls.flatMap((call) => (call && names.has(call.name) ? [call] : []))
  return known.length > 0 && known.length === calls.length ? known : null
}

function readCall(value: unknown): Calls[number] | null {
  const wrapped = Wrapped.safeParse(value)
  const { success, data } = Written.safeParse(wrapped.success ? wrapped.data.function : value)
  if (!success) return null
  const { name, arguments: given = data.parameters } = data
  // Without arguments it is any object with a name.
  if (given === undefined || given === null) return null
  return { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) }
}

/** A call whose end is missing: with what there is of it, so that it is answered instead of shown to the user. */
function readCutOff(written: string, names: ReadonlySet<string>): Calls | null {
  const name = /^\{\s*"name"\s*:\s*"([^"]*)"/.exec(written)?.[1]
  return name !== undefined && names.has(name) ? [{ name, arguments: written }] : null
}
