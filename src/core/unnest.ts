import { isRecord } from './is-record.ts'

/**
 * Unwraps arguments that a model nested in one object: `{"arguments": {…}}`. Only if nothing else is there but the
 * names in `besides`, the outer name is no argument of the tool, and all inner names are.
 */
export function unnest(
  given: Arguments,
  known: readonly string[],
  besides: readonly string[],
): Arguments {
  const keys = Object.keys(given).filter((key) => !besides.includes(key))
  const [name, ...others] = keys
  if (name === undefined || others.length > 0 || known.includes(name)) return given
  const inner = objectIn(given[name])
  if (inner === undefined) return given
  const { [name]: _, ...around } = given
  const names = Object.keys(inner)
  const isOwn = names.every((each) => known.includes(each) || besides.includes(each))
  if (isOwn && (names.length > 0 || WRAPPERS.has(name))) return { ...around, ...inner }
  return WRAPPERS.has(name) ? { ...around, ...unnest(inner, known, besides) } : given
}

type Arguments = Readonly<Record<string, unknown>>

/** Names that models and frameworks use for such a wrapper. */
const WRAPPERS = new Set([
  'arguments',
  'args',
  'input',
  'kwargs',
  'parameters',
  'params',
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
