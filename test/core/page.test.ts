import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from '../../src/core/page.ts'

test.each([0, 1, 10, 123_456_789_012_345])('a cursor brings back the position %i', (position) => {
  expect(decodeCursor(encodeCursor(position))).toBe(position)
})

test('no cursor is no position', () => {
  expect(decodeCursor(undefined)).toBeUndefined()
})

test.each(['', '5', 'made up', '💥', 'djE6', 'djE6LTU', encodeCursor(-1), encodeCursor(1.5)])(
  'the cursor %j is refused with what to do',
  (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(/Leave it out to start from the first page/)
  },
)

test('a page holds at most its limit, and a cursor if there is more', () => {
  const page = pageOf([1, 2, 3], 2, 10, (row) => row * 10)
  expect(page.items).toEqual([10, 20])
  expect(decodeCursor(page.nextCursor)).toBe(12)
})

test('the last page has no cursor', () => {
  expect(pageOf([1, 2], 2, 0, (row) => row)).toEqual({ items: [1, 2] })
  expect(pageOf([], 2, 4, (row) => row)).toEqual({ items: [] })
})
