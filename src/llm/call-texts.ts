import { ESCAPED_TROUBLE, soundValue } from './sound-value.ts'

/** Of a tool's name, with OpenAI. */
const LONGEST_NAME = 64

/** A model may make up any name, and with one of other characters OpenAI refuses every later request. */
export function toWireName(name: string): string {
  const wire = name.replace(/[^\w-]/g, '_').slice(0, LONGEST_NAME)
  return wire === '' ? 'unknown' : wire
}

/** Several servers parse the arguments of old calls and refuse the whole request if they are no sound JSON object. */
export function toWireArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '{}'
    // Written as escapes, halves of a character and NUL only come to light when the server parses them.
    return ESCAPED_TROUBLE.test(text) ? JSON.stringify(soundValue(value)) : text.toWellFormed()
  } catch {
    return '{}'
  }
}
