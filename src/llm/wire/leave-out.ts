import { isRecord } from '../../core/is-record.ts'
import type { Fields } from './fields.ts'

export function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

/** Removes the keywords at every level, but never a parameter of that name. */
export function withoutKeywords(schema: unknown, keywords: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => withoutKeywords(entry, keywords))
  if (!isRecord(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !keywords.includes(name))
      .map(([name, value]) => [
        name,
        name === 'properties' && isRecord(value)
          ? Object.fromEntries(
              Object.entries(value).map(([key, field]) => [key, withoutKeywords(field, keywords)]),
            )
          : withoutKeywords(value, keywords),
      ]),
  )
}
