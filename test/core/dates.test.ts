import { expect, test } from 'vitest'
import { parseMoment } from '../../src/core/dates.ts'

test.each([
  ['2026-03-31', '2026-03-31T00:00:00.000Z'],
  [' 2026-03-31 ', '2026-03-31T00:00:00.000Z'],
  ['2026-03-31T14:00', '2026-03-31T14:00:00.000Z'],
  ['2026-03-31 14:00:05', '2026-03-31T14:00:05.000Z'],
  ['2026-03-31T14:00:05.5Z', '2026-03-31T14:00:05.500Z'],
  ['2026-03-31T14:00:05.123456789Z', '2026-03-31T14:00:05.123Z'],
  ['2026-03-31T14:00:05+02:00', '2026-03-31T12:00:05.000Z'],
  ['2026-03-31T14:00:05-0530', '2026-03-31T19:30:05.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['1999-12-31T23:00:00-02:00', '2000-01-01T01:00:00.000Z'],
])('%j is the moment %s', (text, moment) => {
  expect(parseMoment('after', text)).toBe(moment)
})

test('the end of a date is its last millisecond, and of a moment the moment itself', () => {
  expect(parseMoment('before', '2026-03-31', 'end')).toBe('2026-03-31T23:59:59.999Z')
  expect(parseMoment('before', '2026-03-31T14:00:00Z', 'end')).toBe('2026-03-31T14:00:00.000Z')
})

test.each([
  '',
  'now',
  'yesterday',
  '2026',
  '2026-03',
  '2026-3-1',
  '31.03.2026',
  '03/31/2026',
  '2026-02-29',
  '2026-02-30T10:00:00Z',
  '2026-04-31',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-03-31T25:00:00Z',
  '2026-03-31T14:60:00Z',
  '2026-03-31T14',
  '2026-03-31T14:00:00+2',
  '2026-03-31T14:00:00 Z',
  '1767225600',
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00+14:00',
])('%j is refused with the name of the argument and an example', (text) => {
  expect(() => parseMoment('created_at', text)).toThrow(
    /in created_at is not a date\. Write it like 2026-03-31/,
  )
})
