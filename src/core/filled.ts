import { z } from 'zod'

/** A text that is never empty, such as an id or a date. An empty one that may be left out counts as absent. */
export function filled(): z.ZodString {
  return z.string().refine((text) => text.trim() !== '', 'it must not be empty')
}
