import { createHash } from 'node:crypto'
import type { CallId } from '../../core/ids.ts'

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * A call id in the form for a provider. Ours have 41 characters, OpenAI accepts 40 and Mistral exactly 9. The same id
 * always gives the same text, so that a history stays the same at every step and in the prompt cache.
 */
export function toWireId(id: CallId, maxLength: number): string {
  if (maxLength >= 29) return `call_${id.replaceAll('-', '').slice(-24)}`
  const digest = createHash('sha256').update(id).digest()
  return Array.from(digest.subarray(0, maxLength), (byte) =>
    LETTERS_AND_DIGITS.charAt(byte % LETTERS_AND_DIGITS.length),
  ).join('')
}
