/** A conversation of an export, in the order in which it was shown. */
export interface Conversation {
  /** The same in every export. */
  readonly id: string
  readonly title: string
  readonly messages: readonly {
    readonly role: 'user' | 'assistant'
    readonly text: string
    /** ISO 8601; null: the export does not say. */
    readonly at: string | null
  }[]
}

/** Seconds since 1970 up to the year 5138; greater numbers are milliseconds. */
const MOST_SECONDS = 1e11

/** From seconds or milliseconds since 1970, or a text. Null: it is no time. */
export function readTime(value: unknown): string | null {
  const time =
    typeof value === 'number'
      ? value * (Math.abs(value) < MOST_SECONDS ? 1_000 : 1)
      : typeof value === 'string'
        ? Date.parse(value)
        : Number.NaN
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : null
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
