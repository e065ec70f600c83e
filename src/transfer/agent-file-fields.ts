import { z } from 'zod'
import { parseMoment } from '../core/dates.ts'
import { text as limited, list } from '../core/limited.ts'
import { LIMITS } from '../core/limits.ts'
import { cleanText, normalText } from '../core/text.ts'

/** Tags accumulate over years, so a file may have more than one call allows. Chosen by hand. */
export const MAX_TAGS = 5_000

export const text = z.string().transform(cleanText)
export const upTo = (most: number) => limited(most).transform(cleanText)
export const filled = (most: number) =>
  upTo(most).refine((value) => value.trim() !== '', 'expected it not to be empty')
export const key = limited(LIMITS.reference).min(1)
export const tags = list(upTo(LIMITS.tag).transform(normalText), MAX_TAGS)
export const toolName = upTo(LIMITS.reference)
export const count = (least: number) => z.int().min(least).max(LIMITS.count)
export const positive = count(1)
export const moment = z.string().transform((value, context) => {
  try {
    return parseMoment('time', value)
  } catch {
    context.addIssue('expected a time like 2026-03-31T14:00:00.000Z')
    return z.NEVER
  }
})
