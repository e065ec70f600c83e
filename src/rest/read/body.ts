import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'

/** Fields whose content is the caller's own: null in it means null. */
const OPAQUE = new Set([
  'metadata',
  'json_schema',
  'args_json_schema',
  'parameters',
  'args',
  'tool_return',
])
/** Chosen by hand. */
const MAX_PROBLEMS = 3

/**
 * The body as the schema reads it. Unknown fields are ignored, and null is absence. Throws a UserError that names the
 * field.
 */
export function readBody<Shape extends z.ZodType>(schema: Shape, body: unknown): z.infer<Shape> {
  const parsed = schema.safeParse(withoutNulls(body ?? {}))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.slice(0, MAX_PROBLEMS).map(({ path, message }) => {
    const place = path.join('.')
    return place === '' ? message : `${place}: ${message}`
  })
  throw new UserError('invalid_argument', `The body is not valid. ${problems.join('; ')}`)
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, OPAQUE.has(name) ? field : withoutNulls(field)]),
  )
}

export const record = z.record(z.string(), z.unknown())
