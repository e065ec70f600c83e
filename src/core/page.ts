import type { Timestamp } from './clock.ts'
import { UserError } from './errors.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Pass it back for the next page; absent on the last page. */
  readonly nextCursor?: string
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Items read at once. Chosen by hand. */
const PAGE = 100

/** All items of a list, in memory: for lists that are short in practice. */
export async function allOf<T>(
  list: (page: PageRequest) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const found: T[] = []
  let cursor: string | undefined
  do {
    const page = await list({ limit: PAGE, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

/** The position where a page ended, as whole numbers. Cursors are sealed before a client sees them. */
export function encodeCursor(...position: readonly number[]): string {
  return Buffer.from(`v1:${position.join(':')}`).toString('base64url')
}

/** Decodes a cursor to as many numbers as the list's positions have; undefined: the first page. Throws UserError. */
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

/** Cursor for rows without a number: the time of the last item, and its id as tie-breaker. */
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

/** Turns `limit + 1` rows into a page, with the position after its last row if there are more. */
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
