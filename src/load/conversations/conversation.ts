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

/** From seconds since 1970 or a text. Null: it is no time. */
export function readTime(value: unknown): string | null {
  const time =
    typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : null
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
