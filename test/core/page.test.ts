import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from '../../src/core/page.ts'

test.each([[0], [1, 10], [-5, 123_456_789_012_345]])(
  'a cursor brings back its position',
  (...position) => {
    expect(decodeCursor(encodeCursor(...position), position.length)).toEqual(position)
  },
)

test('no cursor is no position', () => {
  expect(decodeCursor(undefined)).toBeUndefined()
})

test.each([
  '',
  '5',
  'made up',
  '💥',
  'djE6',
  'djE6LTU6',
  encodeCursor(1, 2),
  encodeCursor(1.5),
  encodeCursor(),
])('the cursor %j is refused with what to do', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(/Leave it out to start from the first page/)
})

test('a page holds at most its limit, and if there is more, a cursor after its last row', () => {
  const page = pageOf(
    [1, 2, 3],
    2,
    (row) => row * 10,
    (row) => [row, -row],
  )
  expect(page.items).toEqual([10, 20])
  expect(decodeCursor(page.nextCursor, 2)).toEqual([2, -2])
})

test('the last page has no cursor', () => {
  const page = (rows: readonly number[]) =>
    pageOf(
      rows,
      2,
      (row) => row,
      (row) => [row],
    )
  expect(page([1, 2])).toEqual({ items: [1, 2] })
  expect(page([])).toEqual({ items: [] })
})
