import type { JsonSchema } from '../json-schema.ts'
import { literalOf, type NameValue, UNKNOWN } from './literals.ts'
import { childOf, itemsOf, type PythonNode } from './tree.ts'

export interface Field {
  /** Constraints, description and default. */
  readonly schema: JsonSchema
  readonly isOptional: boolean
}

/** Arguments of pydantic's `Field` and the words of JSON Schema for them. */
const CONSTRAINTS: Readonly<Record<string, keyof JsonSchema>> = {
  ge: 'minimum',
  le: 'maximum',
  gt: 'exclusiveMinimum',
  lt: 'exclusiveMaximum',
  min_length: 'minLength',
  max_length: 'maxLength',
  min_items: 'minItems',
  max_items: 'maxItems',
  pattern: 'pattern',
  regex: 'pattern',
  multiple_of: 'multipleOf',
  description: 'description',
  title: 'title',
}

/** Reads `Field(…)` of pydantic or `field(…)` of dataclasses. */
export function fieldOf(call: PythonNode, named: NameValue): Field {
  const items = itemsOf(childOf(call, 'ArgList'))
  let schema: JsonSchema = {}
  let isOptional = false
  const setDefault = (node: PythonNode) => {
    if (node.name === 'Ellipsis' || node.text === '...') return
    isOptional = true
    schema = { ...schema, ...defaultOf(literalOf(node, named)) }
  }
  for (const [index, item] of items.entries()) {
    const value = items[index + 2]
    if (index === 0 && items[1]?.name !== 'AssignOp') setDefault(item)
    if (items[index + 1]?.name !== 'AssignOp' || !value) continue
    if (item.text === 'default') setDefault(value)
    else if (item.text === 'default_factory') {
      isOptional = true
      schema = { ...schema, ...factoryDefault(value.text) }
    } else if (item.text === 'metadata') {
      const metadata = literalOf(value, named)
      if (isDescribed(metadata)) schema = { ...schema, description: metadata.description }
    } else {
      const key = CONSTRAINTS[item.text]
      const literal = literalOf(value, named)
      if (key !== undefined && literal !== UNKNOWN) schema = { ...schema, [key]: literal }
    }
  }
  return { schema, isOptional }
}

/** Lengths of a list are counted in items. */
export function withConstraints(type: JsonSchema, field: JsonSchema): JsonSchema {
  const { minLength, maxLength, ...rest } = field
  const isList = type.type === 'array'
  return {
    ...type,
    ...(minLength !== undefined && { [isList ? 'minItems' : 'minLength']: minLength }),
    ...(maxLength !== undefined && { [isList ? 'maxItems' : 'maxLength']: maxLength }),
    ...rest,
  }
}

export function defaultOf(value: unknown): JsonSchema {
  return value === UNKNOWN || value === null ? {} : { default: value }
}

function factoryDefault(factory: string): JsonSchema {
  if (factory === 'list' || factory === 'set') return { default: [] }
  return factory === 'dict' ? { default: {} } : {}
}

function isDescribed(value: unknown): value is { readonly description: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'description' in value &&
    typeof value.description === 'string'
  )
}
