import { UserError } from './errors.ts'
import { countCharacters } from './text.ts'

/**
 * Limits of all inputs, the same for every client and database. Chosen by hand, far above normal use. Texts are counted
 * in characters (Unicode code points), lists in entries. PostgreSQL limits an index row to 2,700 bytes, so tags, sources
 * and keys, at up to four bytes a character, must fit beside the other columns of their index. The README shows this
 * table.
 */
export const LIMITS = {
  name: 128,
  label: 128,
  /** An id, or a name that refers to something. */
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
  /** A message sent at a set time: lists show it whole. */
  scheduledMessage: 10_000,
  passage: 100_000,
  /** All passages of one insert together. */
  insert: 1_000_000,
  /** The highest `limit` of a block. */
  block: 1_000_000,
  systemPrompt: 1_000_000,
  /** Metadata of an agent or a block, as JSON. */
  metadata: 100_000,
  /** Dates, cursors, type names and other short texts. */
  word: 1_000,
  /** Program text of a tool. */
  toolSource: 200_000,
  /** JSON Schema of a tool's arguments, as text. */
  toolParameters: 50_000,
  /** Arguments of one tool call by an agent's model. */
  toolArguments: 100_000,

  passages: 100,
  tags: 100,
  blocks: 100,
  ids: 100,
  /** One server may have 200. */
  tools: 250,
  toolRules: 100,
  /** Children or cases of one tool rule. */
  branches: 50,

  contextWindow: 100_000_000,
  steps: 10_000,
  /** Any count: fits a 32-bit integer column. */
  count: 2_000_000_000,
} as const

/** Whether a text has more than `most` characters (code points). Stops early on long texts. */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false
  return text.length > 2 * most || countCharacters(text) > most
}

/** An error such as "at most 500 characters are allowed", with what to do. */
export function overLimit(subject: string, unit: string, most: number, found: number): UserError {
  return new UserError(
    'limit_exceeded',
    `${subject} has ${format(found)} ${unit}, and at most ${format(most)} are allowed; nothing was changed. Shorten it and try again.`,
  )
}

/**
 * Throws UserError if the text has more than `most` characters. `subject` begins the sentence: "The value of block x".
 */
export function checkLength(subject: string, text: string, most: number): void {
  if (isLonger(text, most)) throw overLimit(subject, 'characters', most, countCharacters(text))
}

/** Throws UserError if the list has more than `most` entries. */
export function checkCount(subject: string, list: readonly unknown[], most: number): void {
  if (list.length > most) throw overLimit(subject, 'entries', most, list.length)
}

function format(number: number): string {
  return number.toLocaleString('en')
}
