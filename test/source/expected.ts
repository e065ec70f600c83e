import type { JsonSchema } from '../../src/source/json-schema.ts'

/** `required` undefined: a nested object of which everything may be left out. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] | undefined,
): JsonSchema {
  return {
    type: 'object',
    properties,
    ...(required && { required }),
    additionalProperties: false,
  }
}

export function text(description: string): JsonSchema {
  return { type: 'string', description }
}
