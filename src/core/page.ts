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

/** Cursors are sealed before they leave; inside they hold whole numbers that tell where the page before ended. */
export function encodeCursor(...position: readonly number[]): string {
  return Buffer.from(`v1:${position.join(':')}`).toString('base64url')
}

/** As many numbers as the kind of list has in its cursors; undefined: the first page. */
export function decodeCursor(
  cursor: string | undefined,
  length = 1,
): readonly number[] | undefined {
  if (cursor === undefined) return undefined
  const match = /^v1((?::-?\d{1,15})+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  const position = match?.[1]?.slice(1).split(':').map(Number)
  if (position?.length === length) return position
  throw notACursor()
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

export function notACursor(): UserError {
  return new UserError(
    'invalid_argument',
    'The cursor is not one that this tool gave out. Leave it out to start from the first page.',
  )
}

/** Of `limit + 1` rows: the page, and, if there are more, the position after its last row. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  positionOf: (row: Row) => readonly number[],
): Page<T> {
  const shown = rows.slice(0, limit)
  const items = shown.map(toItem)
  const last = shown.at(-1)
  return rows.length > limit && last
    ? { items, nextCursor: encodeCursor(...positionOf(last)) }
    : { items }
}
