import { DAY, type DayRange, dayOf, monthRange, range, weekRange, yearRange } from './day-range.ts'

/*
 * Dates that a question names, in English and in the usual forms of numbers. Whole expressions are read, longest first,
 * so that "the last two weeks of August" is not also "August". Relative ones count from the day of asking. Pure.
 */

const MONTH_NAMES =
  'january february march april may june july august september october november december'.split(' ')
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const COUNTS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')

const MONTH = `(${MONTH_NAMES.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`).join('|')}|sept)\\.?`
const DAY_NUMBER = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = '((?:19|20)\\d\\d)'
const COUNT = `(\\d{1,3}|an?|${COUNTS.join('|')}|a couple of|a few|several)`
const UNIT = '(day|week|month|year)s?'
const OF = '\\s+(?:of|in)\\s+(?:the\\s+)?'

/** A question without a year means any of the years up to this age. Chosen by hand. */
const MAX_AGE_YEARS = 12
/** A question with more dates than this is read no further: each range costs a query. Chosen by hand. */
const MAX_RANGES = 60
/** Characters before an expression that may hold the preposition of a month. Chosen by hand. */
const BEFORE_CHARACTERS = 40
/** "A few" and "several". Chosen by hand. */
const FEW = 3

interface Form {
  readonly pattern: RegExp
  /** Empty: it is no date after all, such as "may" in "who may join". */
  read(match: readonly string[], today: number, place: Place): readonly DayRange[]
}

interface Place {
  /** The expression as written. */
  readonly text: string
  /** The end of the text before it. */
  readonly before: string
}

const forms = (): readonly Form[] => [
  form('(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})', ([year, month, day]) =>
    days(Number(year), Number(month), Number(day)),
  ),
  form('(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})', ([first, mark, second, year]) =>
    inEitherOrder(Number(first), mark === '.', Number(second), Number(year)),
  ),
  form(`${YEAR}-(\\d{2})`, ([year, month]) => months(Number(year), Number(month))),
  form(
    `(first|last|second|third|fourth)\\s+(?:${COUNT}\\s+)?(day|week)s?${OF}${MONTH}(?:,?\\s+${YEAR})?`,
    ([which = '', count, unit, month, year], today) =>
      eachYear(year, today, (at) =>
        partOfMonth(which, readCount(count ?? 'one'), unit === 'week' ? 7 : 1, at, monthOf(month)),
      ),
  ),
  form(
    `(early|beginning of|start of|mid|middle of|late|end of)[\\s-]+${MONTH}(?:,?\\s+${YEAR})?`,
    ([which = '', month, year], today) =>
      eachYear(year, today, (at) => thirdOfMonth(which, at, monthOf(month))),
  ),
  form(`${MONTH}\\s+${DAY_NUMBER}(?!\\d)(?:,?\\s+${YEAR})?`, ([month, day, year], today) =>
    eachYear(year, today, (at) => days(at, monthOf(month), Number(day))),
  ),
  form(`${DAY_NUMBER}(?:\\s+of)?\\s+${MONTH}(?:,?\\s+${YEAR})?`, ([day, month, year], today) =>
    eachYear(year, today, (at) => days(at, monthOf(month), Number(day))),
  ),
  form(`${MONTH},?\\s+(?:of\\s+)?${YEAR}`, ([month, year]) => months(Number(year), monthOf(month))),
  form(`${MONTH}`, ([month], today, place) =>
    isMonth(place) ? eachYear(undefined, today, (at) => months(at, monthOf(month))) : [],
  ),
  form('the day before yesterday', (_, today) => [range(today - 2, 1)]),
  form('yesterday', (_, today) => [range(today - 1, 1)]),
  form('(?:today|tonight|this (?:morning|afternoon|evening))', (_, today) => [range(today, 1)]),
  form(`${COUNT}\\s+${UNIT}\\s+ago`, ([count, unit], today) => [
    ago(readCount(count), unit, today),
  ]),
  form(`(?:last|past|previous)\\s+${COUNT}\\s+${UNIT}`, ([count, unit], today) => [
    since(readCount(count), unit, today),
  ]),
  form(`(?:last|previous)\\s+(${WEEKDAYS.join('|')})`, ([name], today) => [lastDay(name, today)]),
  form(`on\\s+(${WEEKDAYS.join('|')})`, ([name], today) => [lastDay(name, today)]),
  form('(last|this|past|previous)\\s+(week|weekend|month|year)', ([which, unit], today) => [
    named(which === 'this' ? 0 : 1, unit, today),
  ]),
  form(YEAR, ([year]) => [yearRange(Number(year))]),
]

/** In every expression of a date. Most questions name none, and the patterns take as long to compile as a search. */
const MAY_NAME_A_DATE = new RegExp(
  `\\d|day|tonight|this|ago|last|past|previous|${MONTH_NAMES.map((name) => name.slice(0, 3)).join('|')}`,
  'iu',
)
let compiled: readonly Form[] | undefined

function form(source: string, read: Form['read']): Form {
  return { pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'giu'), read }
}

/**
 * The days that a question names; empty: none. `today` is the day of asking, as `2026-03-31`; it is called if the
 * question names any, since the first use of a time zone takes as long as a search.
 *
 * `datesIn('What did I say yesterday?', () => '2026-03-31')` is the range of 2026-03-30.
 */
export function datesIn(question: string, today: () => string): readonly DayRange[] {
  if (!MAY_NAME_A_DATE.test(question)) return []
  compiled ??= forms()
  let known: number | undefined
  const now = () => {
    known ??= dayOf(today())
    return known
  }
  let rest = question
  const found: DayRange[] = []
  for (const { pattern, read } of compiled) {
    rest = rest.replaceAll(pattern, (text, ...groups) => {
      if (found.length >= MAX_RANGES) return text
      const at = groups.findIndex((group) => typeof group === 'number')
      const end = Number(groups[at])
      const before = rest.slice(Math.max(0, end - BEFORE_CHARACTERS), end).trim()
      const ranges = read(groups.slice(0, at), now(), { text, before })
      found.push(...ranges)
      return ranges.length > 0 ? ' '.repeat(text.length) : text
    })
  }
  return found.slice(0, MAX_RANGES)
}

const VERBS_AND_SHORT_NAMES = /^(may|march|mar|sept?|dec|jan|feb|apr|jun|jul|aug|oct|nov)\.?$/i
const BEFORE_A_MONTH =
  /^(in|of|for|since|until|till|by|before|after|from|during|last|this|next|every|and|between|around)$/i

/** "may" and "march" are also verbs: they are months after a preposition, or with a capital inside the sentence. */
function isMonth({ text, before }: Place): boolean {
  if (!VERBS_AND_SHORT_NAMES.test(text)) return true
  const word = before.split(/\s+/).at(-1) ?? ''
  if (BEFORE_A_MONTH.test(word)) return true
  return before !== '' && /^\p{Lu}/u.test(text) && !/[.?!:]$/.test(before)
}

function monthOf(name = ''): number {
  return MONTH_NAMES.findIndex((month) => month.startsWith(name.slice(0, 3).toLowerCase())) + 1
}

function readCount(text = ''): number {
  const word = text.toLowerCase()
  if (word === 'a' || word === 'an') return 1
  if (word === 'a couple of') return 2
  const place = COUNTS.indexOf(word)
  if (place >= 0) return place + 1
  return Number(word) || FEW
}

function eachYear(
  year: string | undefined,
  today: number,
  read: (year: number) => readonly DayRange[],
): readonly DayRange[] {
  if (year !== undefined) return read(Number(year))
  const latest = new Date(today * DAY).getUTCFullYear()
  return Array.from({ length: MAX_AGE_YEARS }, (_, age) => read(latest - age)).flat()
}

function days(year: number, month: number, day: number): readonly DayRange[] {
  const [whole] = months(year, month)
  return whole && day >= 1 && day <= whole.days ? [range(whole.first + day - 1, 1)] : []
}

function months(year: number, month: number): readonly DayRange[] {
  return month >= 1 && month <= 12 ? [monthRange(year, month)] : []
}

/** With dots the day comes first; otherwise both orders are possible where both are dates. */
function inEitherOrder(
  first: number,
  dayFirst: boolean,
  second: number,
  year: number,
): readonly DayRange[] {
  const byDay = days(year, second, first)
  if (dayFirst || first === second) return byDay
  return [...days(year, first, second), ...byDay]
}

/** "The first week", "the last two weeks" of a month. */
function partOfMonth(
  which: string,
  count: number,
  unit: number,
  year: number,
  month: number,
): readonly DayRange[] {
  const [whole] = months(year, month)
  if (!whole) return []
  const length = Math.min(whole.days, count * unit)
  const place = ['first', 'second', 'third', 'fourth'].indexOf(which.toLowerCase())
  return place < 0
    ? [range(whole.first + whole.days - length, length)]
    : [range(whole.first + place * unit, length)]
}

function thirdOfMonth(which: string, year: number, month: number): readonly DayRange[] {
  const [whole] = months(year, month)
  if (!whole) return []
  if (/^(early|beginning|start)/i.test(which)) return [range(whole.first, 10)]
  if (/^mid/i.test(which)) return [range(whole.first + 9, 12)]
  return [range(whole.first + 20, whole.days - 20)]
}

function ago(count: number, unit: string | undefined, today: number): DayRange {
  if (unit === 'day') return range(today - count, 1)
  if (unit === 'week') return weekRange(today - 7 * count)
  const date = new Date(today * DAY)
  const month = date.getUTCMonth() - (unit === 'month' ? count : 0)
  const year = date.getUTCFullYear() - (unit === 'year' ? count : 0)
  return unit === 'year' ? yearRange(year) : monthRange(year, month + 1)
}

function since(count: number, unit: string | undefined, today: number): DayRange {
  const length = count * (unit === 'day' ? 1 : unit === 'week' ? 7 : unit === 'month' ? 31 : 366)
  return range(today - length, length + 1)
}

/** The last such day before today. */
function lastDay(name: string | undefined, today: number): DayRange {
  const weekday = WEEKDAYS.indexOf(name?.toLowerCase() ?? '')
  const now = new Date(today * DAY).getUTCDay()
  return range(today - ((now - weekday + 7) % 7 || 7), 1)
}

function named(back: number, unit: string | undefined, today: number): DayRange {
  if (unit === 'week') return weekRange(today - 7 * back)
  if (unit === 'weekend') return range(weekRange(today - 7 * back).first + 5, 2)
  return ago(back, unit, today)
}
