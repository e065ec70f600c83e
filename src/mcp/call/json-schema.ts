import { z } from 'zod'
import { isRecord } from '../../core/is-record.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const FAR_AWAY = 10_000

const inputs = new WeakMap<z.ZodObject, JsonSchema>()
const outputs = new WeakMap<z.ZodObject, JsonSchema>()

/** JSON Schema of a tool's arguments, in the flat dialect that every client and model API accepts. */
export function inputSchema(schema: z.ZodObject): JsonSchema {
  return once(inputs, schema, () => convert(schema, 'input'))
}

/**
 * JSON Schema of a tool's answer. Clients validate answers against it, so no field at the top is required (an error
 * result must be valid too) and additional fields are allowed.
 */
export function outputSchema(schema: z.ZodObject): JsonSchema {
  return once(outputs, schema, () => {
    const { required: _, ...open } = withoutKey(convert(schema, 'output'), 'additionalProperties')
    return open
  })
}

function once(
  cache: WeakMap<z.ZodObject, JsonSchema>,
  schema: z.ZodObject,
  make: () => JsonSchema,
): JsonSchema {
  const known = cache.get(schema)
  if (known !== undefined) return known
  const made = make()
  cache.set(schema, made)
  return made
}

function convert(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  // Shared parts are inlined: not every client follows `$ref`.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline' })
  return mapObjects(rest, (node) =>
    Object.fromEntries(Object.entries(node).filter(([key, value]) => !isFarAway(key, value))),
  )
}

/** True for bounds too large to matter, such as those zod gives every integer. They tell a model nothing. */
function isFarAway(key: string, value: unknown): boolean {
  return (
    (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
    (key === 'maximum' && typeof value === 'number' && value >= FAR_AWAY)
  )
}

function withoutKey(schema: JsonSchema, key: string): JsonSchema {
  return mapObjects(schema, ({ [key]: _, ...rest }) => rest)
}

function mapObjects(node: JsonSchema, change: (node: JsonSchema) => JsonSchema): JsonSchema {
  const entries = Object.entries(change(node))
  return Object.fromEntries(entries.map(([key, value]) => [key, mapValue(value, change)]))
}

function mapValue(value: unknown, change: (node: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => mapValue(item, change))
  return isRecord(value) ? mapObjects(value, change) : value
}
