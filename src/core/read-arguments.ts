import { UserError } from './errors.ts'
import { isRecord } from './is-record.ts'

/** Arguments of a call that a client or a model writes as JSON text. */
export function readArguments(written: string): Readonly<Record<string, unknown>> {
  const value = parse(written)
  if (isRecord(value)) return value
  throw new UserError(
    'invalid_argument',
    'arguments is not a JSON object. Give one as text, such as {"city": "Oslo"}.',
  )
}

function parse(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}
