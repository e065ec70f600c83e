import type { JsonSchema } from './json-schema.ts'

/** Name of a value's type in JSON Schema. */
export type TypeName = (value: unknown) => string

/** Schema of a choice of literal values; its type is named if they share one. */
export function literalSchema(values: readonly unknown[], typeName: TypeName): JsonSchema {
  const [type, ...others] = new Set(values.map(typeName))
  return type === undefined || others.length > 0 ? { enum: values } : { type, enum: values }
}

/** One schema for several: literals become one choice, and what is equal is named once. */
export function unionOf(parts: readonly JsonSchema[], typeName: TypeName): JsonSchema {
  const flat = parts.flatMap((part) => part.anyOf ?? [part])
  const choices = flat.filter(isChoice)
  const others = distinct(flat.filter((part) => !isChoice(part)))
  const values = [...new Set(choices.flatMap((part) => part.enum ?? []))]
  const all = choices.length > 0 ? [literalSchema(values, typeName), ...others] : others
  const [only] = all
  return all.length === 1 && only ? only : { anyOf: all }
}

function isChoice({ enum: values, description }: JsonSchema): boolean {
  return values !== undefined && description === undefined
}

function distinct(parts: readonly JsonSchema[]): readonly JsonSchema[] {
  return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()]
}
