import { expect, it } from 'vitest'
import { parseMoment, toLocal } from '../../src/core/dates.ts'

it.each([
  ['2026-03-31', 'start', 'Asia/Tokyo', '2026-03-30T15:00:00.000Z'],
  ['2026-03-31', 'end', 'Asia/Tokyo', '2026-03-31T14:59:59.999Z'],
  ['2026-04-01T07:00', 'start', 'Asia/Tokyo', '2026-03-31T22:00:00.000Z'],
  ['2026-04-01T07:00Z', 'start', 'Asia/Tokyo', '2026-04-01T07:00:00.000Z'],
  ['2026-04-01T07:00+02:00', 'start', 'Asia/Tokyo', '2026-04-01T05:00:00.000Z'],
  ['2026-03-29', 'end', 'Europe/Berlin', '2026-03-29T21:59:59.999Z'],
  ['2026-03-29', 'start', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-10-25', 'end', 'Europe/Berlin', '2026-10-25T22:59:59.999Z'],
  ['2026-01-01', 'start', 'America/St_Johns', '2026-01-01T03:30:00.000Z'],
] as const)('%s (%s) in %s is %s', (text, edge, timezone, moment) => {
  expect(parseMoment('date', text, edge, timezone)).toBe(moment)
})

it.each([
  ['2026-03-31T23:00:00.000Z', 'Asia/Tokyo', '2026-04-01T08:00:00.000+09:00'],
  ['2026-07-01T00:15:00.000Z', 'America/St_Johns', '2026-06-30T21:45:00.000-02:30'],
  ['2026-07-01T00:15:00.000Z', 'UTC', '2026-07-01T00:15:00.000Z'],
])('%s is shown in %s as %s', (moment, timezone, shown) => {
  expect(toLocal(moment, timezone)).toBe(shown)
  expect(parseMoment('date', shown)).toBe(moment)
})
