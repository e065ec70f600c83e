import { expect, test } from 'vitest'
import { datesIn } from '../../src/search/asked-dates.ts'
import { type DayRange, dateFit, monthRange, spanOf } from '../../src/search/day-range.ts'

/** A Tuesday. */
const TODAY = '2026-03-31'

function boundsOf(range: DayRange) {
  const { from, until } = spanOf(range)
  return { from: new Date(from).toISOString(), until: new Date(until).toISOString() }
}

/** The first and the last day of the first range. */
function asked(question: string): string {
  const [first] = datesIn(question, () => TODAY)
  if (first === undefined) return 'none'
  const { from, until } = boundsOf(first)
  const last = new Date(Date.parse(until) - 1).toISOString()
  const days = [from.slice(0, 10), last.slice(0, 10)]
  return [...new Set(days)].join(' to ')
}

test.each([
  ['What happened on 2024-01-23?', '2024-01-23'],
  ['What happened on 2024/01/23?', '2024-01-23'],
  ['2024.01.23', '2024-01-23'],
  ['Was war am 23.01.2024?', '2024-01-23'],
  ['What happened on 01/23/2024?', '2024-01-23'],
  ['What happened on 23/01/2024?', '2024-01-23'],
  ['What happened on 23-01-2024?', '2024-01-23'],
  ['notes of 2024-01', '2024-01-01 to 2024-01-31'],
  ['What did I say on Jan 23rd, 2024?', '2024-01-23'],
  ['What did I say on Jan. 23, 2024?', '2024-01-23'],
  ['on January 23 2024', '2024-01-23'],
  ['on the 23rd of January 2024', '2024-01-23'],
  ['on 23 January, 2024', '2024-01-23'],
  ['on 23 Jan 2024', '2024-01-23'],
  ['What did Ada do on Jan 23rd?', '2026-01-23'],
  ['on the 3rd of May', '2026-05-03'],
  ['on march 3', '2026-03-03'],
  ['on May 3rd', '2026-05-03'],
  ['Who came on 1 sept 2023?', '2023-09-01'],
  ['What did she buy in May 2023?', '2023-05-01 to 2023-05-31'],
  ['in May of 2023', '2023-05-01 to 2023-05-31'],
  ['in May', '2026-05-01 to 2026-05-31'],
  ['since march', '2026-03-01 to 2026-03-31'],
  ['What did he plan for last May', '2026-05-01 to 2026-05-31'],
  ['What was her May project?', '2026-05-01 to 2026-05-31'],
  ['in february', '2026-02-01 to 2026-02-28'],
  ['the February of 2024', '2024-02-01 to 2024-02-29'],
  ['in 2023', '2023-01-01 to 2023-12-31'],
  ['the last two weeks of August 2023', '2023-08-18 to 2023-08-31'],
  ['the last week of August 2023', '2023-08-25 to 2023-08-31'],
  ['the first week of May 2023', '2023-05-01 to 2023-05-07'],
  ['the second week of May 2023', '2023-05-08 to 2023-05-14'],
  ['the first three days of July 2023', '2023-07-01 to 2023-07-03'],
  ['early June 2023', '2023-06-01 to 2023-06-10'],
  ['at the beginning of June 2023', '2023-06-01 to 2023-06-10'],
  ['in mid-June 2023', '2023-06-10 to 2023-06-21'],
  ['late June 2023', '2023-06-21 to 2023-06-30'],
  ['at the end of June 2023', '2023-06-21 to 2023-06-30'],
  ['What did I say yesterday?', '2026-03-30'],
  ['the day before yesterday', '2026-03-29'],
  ['What did we talk about today?', '2026-03-31'],
  ['two days ago', '2026-03-29'],
  ['a week ago', '2026-03-23 to 2026-03-29'],
  ['three weeks ago', '2026-03-09 to 2026-03-15'],
  ['two months ago', '2026-01-01 to 2026-01-31'],
  ['a year ago', '2025-01-01 to 2025-12-31'],
  ['in the last three days', '2026-03-28 to 2026-03-31'],
  ['the past two weeks', '2026-03-17 to 2026-03-31'],
  ['last week', '2026-03-23 to 2026-03-29'],
  ['this week', '2026-03-30 to 2026-04-05'],
  ['last weekend', '2026-03-28 to 2026-03-29'],
  ['last month', '2026-02-01 to 2026-02-28'],
  ['this month', '2026-03-01 to 2026-03-31'],
  ['last year', '2025-01-01 to 2025-12-31'],
  ['last Friday', '2026-03-27'],
  ['on Monday', '2026-03-30'],
  ['last Tuesday', '2026-03-24'],
  ['Who may join?', 'none'],
  ['May I come in?', 'none'],
  ['How far did they march?', 'none'],
  ['Which jan is meant: the door jamb?', 'none'],
  ['3 kettles', 'none'],
  ['room 2 of 31', 'none'],
  ['on the 31st of February 2024', '2024-02-01 to 2024-02-29'],
  ['in the 45th week of 2024', '2024-01-01 to 2024-12-31'],
  ['version 1.2.3', 'none'],
])('"%s" asks about %s', (question, days) => {
  expect(asked(question)).toBe(days)
})

test('a day and a month that can be read either way are both', () => {
  const days = datesIn('on 05/06/2024', () => TODAY).map((range) =>
    boundsOf(range).from.slice(0, 10),
  )
  expect(days).toEqual(['2024-05-06', '2024-06-05'])
})

test('a month without a year is that of any recent year', () => {
  const years = datesIn('in May', () => TODAY).map((range) => boundsOf(range).from.slice(0, 4))
  expect(years.slice(0, 3)).toEqual(['2026', '2025', '2024'])
})

test('an expression is read whole, and two expressions are two ranges', () => {
  expect(datesIn('the last two weeks of August 2023', () => TODAY)).toHaveLength(1)
  expect(datesIn('between 2024-01-23 and 2024-02-01', () => TODAY)).toHaveLength(2)
})

test('a question of thousands of dates is read up to a limit', () => {
  for (const text of ['2024-01-23 ', 'in May ', 'may ', 'two days ago, '])
    expect(datesIn(text.repeat(2_000), () => TODAY).length).toBeLessThanOrEqual(60)
})

test('days of the range fit best, the days after it less the later they are', () => {
  const may = [spanOf(monthRange(2023, 5))]
  const fits = [
    '2023-04-30',
    '2023-05-01',
    '2023-05-31',
    '2023-06-01',
    '2023-06-05',
    '2023-06-30',
  ].map((day) => dateFit(may, `${day}T12:00:00.000Z`))
  expect(fits.slice(0, 4)).toEqual([0, 1, 1, 0.5])
  expect(fits[4]).toBeGreaterThan(0)
  expect(fits[4]).toBeLessThan(0.5)
  expect(fits[5]).toBe(0)
})

test('days are those of the time zone, also where the clocks change', () => {
  const dayIn = (timezone: string, day: string) => {
    const [range] = datesIn(day, () => TODAY)
    if (!range) throw new Error('no day was found')
    const { from, until } = spanOf(range, timezone)
    return [new Date(from).toISOString(), (until - from) / 3_600_000]
  }
  expect(dayIn('Asia/Tokyo', '2024-01-23')).toEqual(['2024-01-22T15:00:00.000Z', 24])
  expect(dayIn('America/New_York', '2024-01-23')).toEqual(['2024-01-23T05:00:00.000Z', 24])
  expect(dayIn('Europe/Vienna', '2024-03-31')).toEqual(['2024-03-30T23:00:00.000Z', 23])
  expect(dayIn('Europe/Vienna', '2024-10-27')).toEqual(['2024-10-26T22:00:00.000Z', 25])
})
