import { z } from 'zod'
import { isRecord } from '../../core/is-record.ts'

/**
 * Some clients send every argument, or every list, as a string: `"5"`, `"true"`, `"[\"a\"]"`. Where the schema wants
 * something else, and the string can mean only one thing, it becomes that. Everything else stays and is refused.
 */
export function straighten(schema: z.ZodType, value: unknown): unknown {
  const wanted = unwrap(schema)
  if (wanted instanceof z.ZodObject && isRecord(value)) {
    const entries = Object.entries(value).map(([key, item]) => {
      const inner: unknown = wanted.shape[key]
      return [key, inner instanceof z.ZodType ? straighten(inner, item) : item]
    })
    return Object.fromEntries(entries)
  }
  if (wanted instanceof z.ZodArray) {
    const list = typeof value === 'string' ? (parseAs(value, Array.isArray) ?? value) : value
    const { element } = wanted
    return Array.isArray(list) && element instanceof z.ZodType
      ? list.map((item) => straighten(element, item))
      : list
  }
  if (typeof value !== 'string') return value
  if (wanted instanceof z.ZodObject) return parseAs(value, isRecord) ?? value
  if (wanted instanceof z.ZodNumber) return parseAs(value, Number.isFinite) ?? value
  if (wanted instanceof z.ZodBoolean) {
    return parseAs(value.toLowerCase(), (parsed) => typeof parsed === 'boolean') ?? value
  }
  return value
}

/** What a parameter holds, without its default and whether it may be absent. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)) return schema
  const inner = schema.unwrap()
  return inner instanceof z.ZodType ? unwrap(inner) : schema
}

function parseAs(text: string, isWanted: (value: unknown) => boolean): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isWanted(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
