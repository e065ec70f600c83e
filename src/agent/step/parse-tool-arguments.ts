import { cleanRecord } from '../../core/clean-value.ts'
import { UserError } from '../../core/errors.ts'
import { isDeeper } from '../../core/is-deeper.ts'
import { isRecord } from '../../core/is-record.ts'
import { LIMITS } from '../../core/limits.ts'
import { readLooseValue } from '../../core/loose-value.ts'
import { excerpt } from '../../core/text.ts'
import { repairJson } from './repair-json.ts'

export interface ToolArguments {
  readonly value: Readonly<Record<string, unknown>>
  /** JSON of the value, as written by the model or as repaired. */
  readonly text: string
}

/** End of the error for every call that was cut off and therefore not run. */
export const SHORTER = 'Make the call again, shorter.'

/** Characters. Chosen by hand. */
const MAX_QUOTE = 120
/** No tool needs more than three; functions that walk through arguments recurse once per level. Chosen by hand. */
const MAX_LEVELS = 100

/**
 * Parses the arguments of a call. Only slips that cannot change the meaning are repaired: a code fence or control tokens
 * around them, a comma or closing brace too many, unescaped control characters and backslashes, notation of Python, JSON
 * inside JSON, and a list around the one object. Incomplete JSON is never completed: a call with half of its text would
 * run as if the model had meant it. Throws a UserError for the model.
 */
export function parseToolArguments(tool: string, written: string): ToolArguments {
  // Longer arguments come from a model that does not stop, and would be sent again at every step.
  if (written.length > LIMITS.toolArguments) {
    throw notRun(
      tool,
      `its arguments have ${written.length} characters, and ${LIMITS.toolArguments} are allowed. ${SHORTER}`,
    )
  }
  // Some models write nothing for a tool without parameters.
  if (written.trim() === '') return { value: {}, text: '{}' }
  const read = readJson(written)
  if (!read) {
    throw notRun(
      tool,
      looksCutOff(written)
        ? `its arguments are not valid JSON and seem to be cut off. ${SHORTER}`
        : `its arguments are not valid JSON (${excerpt(written.trim(), MAX_QUOTE)}). Make the call again with one complete JSON object.`,
    )
  }
  const { value } = read
  if (value === null) return { value: {}, text: '{}' }
  if (!isRecord(value)) {
    throw notRun(tool, 'its arguments must be a JSON object. Make the call again.')
  }
  if (isDeeper(value, MAX_LEVELS)) {
    throw notRun(
      tool,
      `its arguments are nested deeper than ${MAX_LEVELS} levels. Make the call again, flatter.`,
    )
  }
  if (hasPrototypeKey(value)) {
    throw notRun(tool, 'the key "__proto__" is not allowed. Make the call again without it.')
  }
  return { value: cleanRecord(value), text: read.isRepaired ? JSON.stringify(value) : written }
}

function notRun(tool: string, problem: string): UserError {
  return new UserError('invalid_argument', `${tool} was not run: ${problem}`)
}

interface ReadJson {
  readonly value: unknown
  readonly isRepaired: boolean
}

function readJson(written: string): ReadJson | undefined {
  const value = parse(written)
  if (value === undefined) {
    const text = repairJson(withoutSurroundings(written))
    const repaired = parse(text) ?? readLoosely(text)
    return repaired === undefined ? undefined : { value: unwrapped(repaired), isRepaired: true }
  }
  const inner = unwrapped(value)
  return { value: inner, isRepaired: inner !== value }
}

/** Leftovers of servers and templates: an empty object before the arguments, the name of the format, control tokens. */
const BEFORE = /^(?:\{\}\s*(?=\{)|```(?:json)?\s*(?=\{)|json\s*(?=\{))/
const AFTER = /\s*(?:;|```|<\|\w+\|>|<\/[\w:]+>)\s*$/
/** Maximum number of marks after the arguments, and of characters in one. Chosen by hand. */
const MAX_MARKS = 4
const MAX_MARK = 60

function withoutSurroundings(written: string): string {
  let text = written.trim()
  if (text.startsWith('```') && text.includes('\n')) return text
  text = text.replace(BEFORE, '')
  for (let mark = 0; mark < MAX_MARKS; mark += 1) {
    const end = text.slice(-MAX_MARK)
    text = text.slice(0, text.length - (AFTER.exec(end)?.[0].length ?? 0))
  }
  return text
}

/** As a literal of Python, or with more closing braces than opening ones. */
function readLoosely(text: string): unknown {
  const read = text.startsWith('{') ? readLooseValue(text, 0) : undefined
  if (!read || !/^[\s}]*$/.test(text.slice(read.end))) return undefined
  return parse(text.slice(0, read.end)) ?? read.value
}

/** The object in a string that is itself JSON, or in a list of its own. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 1 && isRecord(value[0])) return value[0]
  if (typeof value !== 'string') return value
  const inner = parse(value)
  return isRecord(inner) ? inner : value
}

/** Undefined: the text is no JSON (JSON itself cannot express undefined). */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Some gateways rewrite the finish reason and hide that the output limit was reached; the end of the text shows it. */
function looksCutOff(text: string): boolean {
  return !/[}\]]\s*(?:```\s*)?$/.test(text)
}

/** At any depth: no tool has such a parameter, and a careless copy would change the prototype. */
function hasPrototypeKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasPrototypeKey)
  if (!isRecord(value)) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey)
}
