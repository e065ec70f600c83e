import { cleanValue, ESCAPED_TROUBLE } from '../core/clean-value.ts'

/** Length limit of tool names at OpenAI. */
const MAX_NAME = 64

/** A model may invent any name, and OpenAI refuses every later request that holds one with other characters. */
export function toWireName(name: string): string {
  const wire = name.replace(/[^\w-]/g, '_').slice(0, MAX_NAME)
  return wire === '' ? 'unknown' : wire
}

/**
 * Several servers parse the arguments of old calls and refuse the whole request unless they are a valid JSON object.
 */
export function toWireArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '{}'
    // Escaped lone surrogates and NUL only cause an error once the server parses them.
    return ESCAPED_TROUBLE.test(text) ? JSON.stringify(cleanValue(value)) : text.toWellFormed()
  } catch {
    return '{}'
  }
}
