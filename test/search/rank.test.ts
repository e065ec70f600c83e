import { expect, test } from 'vitest'
import { monthRange, type Span, spanOf } from '../../src/search/day-range.ts'
import { type Candidate, rankByWords } from '../../src/search/rank.ts'

const NO_DATES: readonly Span[] = []
const AT = '2026-03-31T12:00:00.000Z'

function candidate(row: number, text: string, more: Partial<Candidate> = {}): Candidate {
  return { row, text, before: [], after: [], group: null, at: AT, weight: 1, ...more }
}

function rank(words: readonly string[], candidates: readonly Candidate[], dates = NO_DATES) {
  const terms = words.map((stem) => ({ spellings: [{ stem, weight: 1 }], frequency: 2 }))
  return rankByWords(terms, dates, candidates, 100).map(({ row }) => row)
}

test('an entry with none of the words is no result, whatever its neighbours contain', () => {
  const candidates = [candidate(1, 'tea'), candidate(2, 'milk', { before: ['tea tea'] })]
  expect(rank(['tea'], candidates)).toEqual([1])
  expect(rank(['coffe'], candidates)).toEqual([])
})

test('more of the words rank higher, and repeating a word adds less', () => {
  const candidates = [
    candidate(1, 'tea tea tea and cake'),
    candidate(2, 'tea and milk for me'),
    candidate(3, 'sugar and milk for me'),
  ]
  expect(rank(['tea', 'milk'], candidates)).toEqual([2, 1, 3])
})

test('a rare word says more than a common one', () => {
  const terms = [
    { spellings: [{ stem: 'tea', weight: 1 }], frequency: 80 },
    { spellings: [{ stem: 'saffron', weight: 1 }], frequency: 1 },
  ]
  const ranked = rankByWords(terms, NO_DATES, [candidate(1, 'tea'), candidate(2, 'saffron')], 100)
  expect(ranked.map(({ row }) => row)).toEqual([2, 1])
})

test('neighbours lend context, nearer ones more', () => {
  const candidates = [
    candidate(1, 'the tea', { before: ['nothing', 'the kettle'] }),
    candidate(2, 'the tea', { before: ['the kettle', 'nothing'] }),
    candidate(3, 'the tea', { before: ['nothing', 'nothing'] }),
  ]
  expect(rank(['tea', 'kettl'], candidates)).toEqual([2, 1, 3])
})

test('passages of the document with the most hits are boosted', () => {
  const candidates = [
    candidate(1, 'tea here', { group: 'a' }),
    candidate(2, 'tea here', { group: 'b' }),
    candidate(3, 'tea tea kettle', { group: 'a' }),
  ]
  expect(rank(['tea', 'kettl'], candidates)).toEqual([3, 1, 2])
})

test('the person and date named, and the speaker, decide between equals', () => {
  expect(
    rank(['tea', 'ada'], [candidate(2, 'Ben: tea with Ada'), candidate(1, 'Ada: tea with Ben')]),
  ).toEqual([1, 2])
  const dated = [candidate(2, 'tea'), candidate(1, 'tea', { at: '2023-05-03T00:00:00.000Z' })]
  expect(rank(['tea'], dated, [spanOf(monthRange(2023, 5))])).toEqual([1, 2])
  expect(rank(['tea'], [candidate(2, 'tea', { weight: 0.6 }), candidate(1, 'tea')])).toEqual([1, 2])
})

test('the newer of two equal entries comes first', () => {
  expect(rank(['tea'], [candidate(1, 'tea'), candidate(3, 'tea'), candidate(2, 'tea')])).toEqual([
    3, 2, 1,
  ])
})

test('a guessed spelling counts less than the word itself', () => {
  const terms = [
    {
      spellings: [
        { stem: 'kettl', weight: 1 },
        { stem: 'kettel', weight: 0.5 },
      ],
      frequency: 2,
    },
  ]
  const ranked = rankByWords(terms, NO_DATES, [candidate(2, 'kettel'), candidate(1, 'kettle')], 9)
  expect(ranked.map(({ row }) => row)).toEqual([1, 2])
})

test('a name before a turn does not carry it past one that answers', () => {
  const turns = [
    candidate(2, 'Ada: red'),
    candidate(1, 'Ada: yes, in the end I chose the blue kettle'),
  ]
  expect(rank(['ada', 'kettl'], turns)).toEqual([1, 2])
})

test('an entry of the days asked for is found without a word of the question', () => {
  const days = [spanOf(monthRange(2023, 5))]
  const entries = [candidate(1, 'milk', { at: '2023-05-03T00:00:00.000Z' }), candidate(2, 'milk')]
  expect(rank(['tea'], entries, days)).toEqual([1])
})

test('the length of long entries counts more than that of short ones', () => {
  const padded = (words: number) => `tea ${'word '.repeat(words)}`
  const lead = (unit: number) => {
    const terms = [{ spellings: [{ stem: 'tea', weight: 1 }], frequency: 2 }]
    const entries = [candidate(1, padded(unit)), candidate(2, padded(4 * unit))]
    const [first, second] = rankByWords(terms, NO_DATES, entries, 100)
    return (first?.score ?? 0) / (second?.score ?? 1)
  }
  expect(lead(400)).toBeGreaterThan(lead(8))
})
