import { expect, test } from 'vitest'
import { cleanText, countCharacters, excerpt, sliceCharacters } from '../../src/core/text.ts'
import { chooser, seededRandom } from '../support/stores.ts'

test.each([
  ['', 0],
  ['abc', 3],
  ['😀😀', 2],
  ['👩‍👧', 3],
  ['e\u0301', 2],
  ['北京', 2],
])('%j has %i characters', (text, count) => {
  expect(countCharacters(text)).toBe(count)
})

test('a slice counts characters and cuts none in two', () => {
  expect(sliceCharacters('a😀b😀c', 1, 4)).toBe('😀b😀')
  expect(sliceCharacters('a😀b', 1)).toBe('😀b')
  expect(sliceCharacters('a😀b', 2, 2)).toBe('')
  expect(sliceCharacters('a😀b', 3)).toBe('')
  expect(sliceCharacters('a😀b', 9, 12)).toBe('')
  expect(sliceCharacters('', 0, 5)).toBe('')
  expect(sliceCharacters('😀', 0, 0)).toBe('')
})

test('slices at random are those of a list of characters', () => {
  const { below, text } = chooser(seededRandom(3))
  for (let round = 0; round < 2_000; round += 1) {
    const sample = text(['a', '😀', '\n', '北', 'é'], 8)
    const from = below(10)
    const to = from + below(10)
    const expected = [...sample].slice(from, to).join('')
    expect(sliceCharacters(sample, from, to), JSON.stringify({ sample, from, to })).toBe(expected)
  }
})

test('pages of a text put together are the text', () => {
  const whole = 'a😀北\n'.repeat(100)
  const pages: string[] = []
  for (let from = 0; from < countCharacters(whole); from += 7) {
    pages.push(sliceCharacters(whole, from, from + 7))
  }
  expect(pages.join('')).toBe(whole)
})

test('a clean text has no NUL and no half characters, and is otherwise the same', () => {
  expect(cleanText('a\u0000b')).toBe('a\ufffdb')
  expect(cleanText('\ud83d \ude00')).toBe('\ufffd \ufffd')
  expect(cleanText('tab\t new\n 😀 \u0007')).toBe('tab\t new\n 😀 \u0007')
  expect(cleanText(cleanText('\ud83d\u0000'))).toBe(cleanText('\ud83d\u0000'))
})

test('an excerpt says with dots that it is not the whole', () => {
  expect(excerpt('abcdef', 3)).toBe('abc…')
  expect(excerpt('abc', 3)).toBe('abc')
  expect(excerpt('😀😀', 1)).toBe('😀…')
})
