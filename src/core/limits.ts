import { UserError } from './errors.ts'
import { countCharacters } from './text.ts'

/**
 * How much of anything is taken in, the same at every door and on every database; chosen by hand, far above what anybody
 * means to send. Texts are counted in characters (Unicode code points), lists in entries. What PostgreSQL keeps in an
 * index (tags, sources, keys) must stay below 2,700 bytes together with what stands beside it, at four bytes a character.
 * The README shows this table.
 */
export const LIMITS = {
  name: 128,
  label: 64,
  /** An id, or a name by which something is asked for. */
  reference: 200,
  /** `provider/model`. */
  handle: 200,
  description: 10_000,
  reason: 500,
  query: 20_000,
  tag: 500,
  source: 500,
  idempotencyKey: 500,
  message: 200_000,
  passage: 100_000,
  /** All passages of one insert together. */
  insert: 1_000_000,
  /** The largest `limit` that a block can be given. */
  block: 1_000_000,
  systemPrompt: 1_000_000,
  /** Dates, cursors, names of types and whatever else is short. */
  word: 1_000,
  /** Arguments of one call that an agent's model makes. */
  toolArguments: 100_000,

  passages: 100,
  tags: 100,
  blocks: 100,
  ids: 100,
  tools: 100,
  toolRules: 100,
  /** Children or cases of one tool rule. */
  branches: 50,

  contextWindow: 100_000_000,
  steps: 10_000,
  /** Whatever is counted: what a database holds in 32 bits. */
  count: 2_000_000_000,
} as const

/** Whether a text has more characters than that, without counting all of a long one. */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false
  return text.length > 2 * most || countCharacters(text) > most
}

/** "at most 500 characters are allowed" and the like, with what to do. */
export function overLimit(subject: string, unit: string, most: number, found: number): UserError {
  return new UserError(
    'limit_exceeded',
    `${subject} has ${format(found)} ${unit}, and at most ${format(most)} are allowed; nothing was changed. Shorten it and try again.`,
  )
}

/** Throws a UserError where the text has more characters than that. `subject` is how a sentence about it begins. */
export function checkLength(subject: string, text: string, most: number): void {
  if (isLonger(text, most)) throw overLimit(subject, 'characters', most, countCharacters(text))
}

/** Throws a UserError where the list has more entries than that. */
export function checkCount(subject: string, list: readonly unknown[], most: number): void {
  if (list.length > most) throw overLimit(subject, 'entries', most, list.length)
}

function format(number: number): string {
  return number.toLocaleString('en')
}
