import type { z } from 'zod'
import { text } from './limited.ts'
import { LIMITS } from './limits.ts'

/**
 * Schema of a text that is never empty, such as an id or a date. Where it is optional, an empty text counts as absent.
 */
export function filled(most: number = LIMITS.reference): z.ZodString {
  return text(most).refine((value) => value.trim() !== '', 'it must not be empty')
}
