import { z } from 'zod'
import { UserError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { straightenArguments } from '../core/straighten.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** Converts loosely written arguments to the types of the schema, as far as it can be read. */
export function straightenByJsonSchema(
  parameters: JsonSchema,
  args: unknown,
  besides: readonly string[],
): unknown {
  const schema = toZod(parameters)
  return schema instanceof z.ZodObject ? straightenArguments(schema, args, besides) : args
}

/** The arguments of a call of a stored tool. Throws a UserError that tells the model what was wrong. */
export function checkArguments(
  name: string,
  parameters: JsonSchema,
  args: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = (toZod(parameters) ?? z.record(z.string(), z.unknown())).safeParse(args)
  const problems = parsed.success
    ? [!isRecord(parsed.data) ? 'they must be an object' : '']
    : parsed.error.issues
        .slice(0, 3)
        .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  if (parsed.success && isRecord(parsed.data)) return parsed.data
  const { properties } = parameters
  const known = isRecord(properties) ? Object.keys(properties).join(', ') : ''
  throw new UserError(
    'invalid_argument',
    `${name} was not run: ${problems.join('; ')}. Its parameters are: ${known || 'none'}. Correct the call and make it again.`,
  )
}

/** Undefined for a schema that zod can't read, such as one with `not`; then any object is taken. */
function toZod(parameters: JsonSchema): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(parameters)
  } catch {
    return undefined
  }
}
