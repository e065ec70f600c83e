import { isRecord } from './is-record.ts'

/**
 * Unwraps arguments that a model nested in one object: `{"arguments": {…}}`, `{"name": "x", "arguments": {…}}`. Only if
 * nothing else is there but the names in `besides` and what belongs to an envelope, the outer name is no argument of the
 * tool, and all inner names are.
 */
export function unnest(
  given: Arguments,
  known: readonly string[],
  besides: readonly string[],
): Arguments {
  const keys = Object.keys(given).filter((key) => !besides.includes(key))
  const inside = keys.filter((key) => !isEnvelope(key, given[key], known))
  const [name, ...others] = inside
  if (name === undefined || others.length > 0 || known.includes(name)) return given
  // Without a name for the wrapper, a text beside it could be anything.
  if (inside.length < keys.length && !WRAPPERS.has(name)) return given
  const inner = objectIn(given[name])
  if (inner === undefined) return given
  const around = Object.fromEntries(
    besides.flatMap((key) => (key in given ? [[key, given[key]]] : [])),
  )
  const names = Object.keys(inner)
  const isOwn = names.every((each) => known.includes(each) || besides.includes(each))
  if (isOwn && (names.length > 0 || WRAPPERS.has(name))) return { ...around, ...inner }
  return WRAPPERS.has(name) ? { ...around, ...unnest(inner, known, besides) } : given
}

/** The text of a field that surrounds the arguments of a call. */
function isEnvelope(key: string, value: unknown, known: readonly string[]): boolean {
  return ENVELOPE.has(key) && typeof value === 'string' && !known.includes(key)
}

const ENVELOPE = new Set([
  'function_name',
  'id',
  'name',
  'tool',
  'tool_call_id',
  'tool_name',
  'type',
  'function',
])

type Arguments = Readonly<Record<string, unknown>>

/** Names that models and frameworks use for such a wrapper. */
const WRAPPERS = new Set([
  'arguments',
  'args',
  'function',
  'function_call',
  'input',
  'kwargs',
  'parameters',
  'params',
  'properties',
  'tool_call',
  'tool_input',
])

function objectIn(value: unknown): Arguments | undefined {
  if (isRecord(value)) return value
  if (typeof value !== 'string') return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
