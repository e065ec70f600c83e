import { isRecord } from './is-record.ts'
import { cleanText } from './text.ts'

/** Escaped lone surrogates and NUL only cause an error once the server parses them. */
export const ESCAPED_TROUBLE = /\\u(?:d[89a-f]|0000)/i

/** The same JSON value, with each string and key made safe to store and send. Recurses once per level. */
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanValue)
  return isRecord(value) ? cleanRecord(value) : value
}

/** The same JSON object, with each string and key made safe to store and send. */
export function cleanRecord(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [cleanText(name), cleanValue(field)]),
  )
}
