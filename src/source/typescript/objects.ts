import type { JsonSchema } from '../json-schema.ts'

/** Schema of an object with these properties and no others. */
export function closed(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

/** All members of an intersection, or of an interface and the types that it extends. */
export function merge(first: JsonSchema, second: JsonSchema): JsonSchema {
  return {
    ...first,
    ...second,
    ...closed({ ...first.properties, ...second.properties }, [
      ...new Set([...(first.required ?? []), ...(second.required ?? [])]),
    ]),
  }
}
