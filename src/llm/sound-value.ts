import { cleanText } from '../core/text.ts'

/** Written as escapes, halves of a character and NUL only come to light when the server parses them. */
export const ESCAPED_TROUBLE = /\\u(?:d[89a-f]|0000)/i

/** The same value, with texts that every server takes. */
export function soundValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(soundValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [cleanText(name), soundValue(field)]),
  )
}
