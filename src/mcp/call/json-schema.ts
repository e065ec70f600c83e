import { z } from 'zod'
import { isRecord } from '../../core/is-record.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export type ObjectSchema = JsonSchema & { readonly type: 'object' }

/** Chosen by hand. */
const FAR_AWAY = 10_000
/** Objects in an answer below this depth are listed without their fields. Chosen by hand. */
const DEEPEST_FIELDS = 2

/** JSON Schema of a tool's arguments, in the flat dialect that every client and model API accepts. */
export function inputSchema(schema: z.ZodObject): ObjectSchema {
  return toObject(convert(schema, 'input'))
}

/**
 * JSON Schema of a tool's answer. Clients validate answers against it, so no field is required (an error result must be
 * valid too) and additional fields are allowed. Clients pay for every word of it, so it names fields and their types,
 * and neither the possible values nor what is far inside.
 */
export function outputSchema(schema: z.ZodObject): ObjectSchema {
  return toObject(
    mapSchemas(convert(schema, 'output'), (node, depth) => {
      const { additionalProperties: _, required: __, enum: ___, ...open } = node
      if (open.type !== 'object' || depth < DEEPEST_FIELDS) return open
      return { type: 'object' }
    }),
  )
}

function toObject(schema: JsonSchema): ObjectSchema {
  return { ...schema, type: 'object' }
}

function convert(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  // Shared parts are inlined: not every client follows `$ref`.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline' })
  return mapSchemas(rest, (node) =>
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

/** Changes a schema and those in it; `depth` counts the names on the way to it. */
function mapSchemas(
  node: JsonSchema,
  change: (node: JsonSchema, depth: number) => JsonSchema,
  depth = 0,
): JsonSchema {
  const changed = change(node, depth)
  const { properties, items } = changed
  return {
    ...changed,
    ...(isRecord(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [
          name,
          isRecord(field) ? mapSchemas(field, change, depth + 1) : field,
        ]),
      ),
    }),
    ...(isRecord(items) && { items: mapSchemas(items, change, depth) }),
  }
}
