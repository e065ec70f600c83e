import type { Timestamp } from './clock.ts'
import { UserError } from './errors.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Hand it back to get the page after this one; absent on the last. */
  readonly nextCursor?: string
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Cursors are opaque outside; inside they hold the position after the last item. */
export function encodeCursor(position: number): string {
  return Buffer.from(`v1:${position}`).toString('base64url')
}

export function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const match = /^v1:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) throw notACursor()
  return Number(match[1])
}

/** Where rows have no number: the time of the last item, and its id, which orders those of the same time. */
export function encodeKeyCursor(at: Timestamp, id: string): string {
  return Buffer.from(`v1:${at},${id}`).toString('base64url')
}

export function decodeKeyCursor(
  cursor: string | undefined,
): { readonly at: string; readonly id: string } | undefined {
  if (cursor === undefined) return undefined
  const match = /^v1:([\d:.TZ-]{24}),([a-z0-9-]{1,64})$/.exec(
    Buffer.from(cursor, 'base64url').toString(),
  )
  const [, at, id] = match ?? []
  if (at === undefined || id === undefined) throw notACursor()
  return { at, id }
}

function notACursor(): UserError {
  return new UserError(
    'invalid_argument',
    'The cursor is not one that this server gave out. Leave it out to start from the first page.',
  )
}

/** Of `limit + 1` rows read from `offset` on: the page, and where the next one begins. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  offset: number,
  toItem: (row: Row) => T,
): Page<T> {
  const items = rows.slice(0, limit).map(toItem)
  return rows.length > limit ? { items, nextCursor: encodeCursor(offset + limit) } : { items }
}
