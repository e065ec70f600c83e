import { expect, test } from 'vitest'
import { createWordCounter } from '../../src/search/count-words.ts'
import { indexWords } from '../../src/search/words.ts'

test.each([
  'She was Running through GARDENS, and he runs too',
  'It fails with ERR_2041 in parseHTTPResponse v3.14: iPhone X2Go a1B',
  '“It’s – well… – fine”, she said',
  'Café ΟΔΌΣ ёлка, parseÉtat and 北京市',
  'great👍 Kleenex™ ﬁne',
  'no–space between—dashes\u2027dots',
  '',
  '?! … "-" ()',
])('counts the words of "%s" as the index has them', (text) => {
  const words = indexWords(text)
  for (const stem of [...new Set(words), 'unwritten', 'É']) {
    const counted = countIn(text, [stem])
    expect(counted).toEqual({
      length: words.length,
      found: words.filter((word) => word === stem),
    })
  }
  expect(countIn(text, words).found).toEqual(words)
})

test('leaves out what stands before the place from which it counts', () => {
  const counter = createWordCounter(['ann', 'garden'])
  const found: string[] = []
  const text = 'Ann: gardens of Ann’s'
  expect(counter.count(text, 'Ann: '.length, (stem) => found.push(stem))).toBe(4)
  expect(found).toEqual(['garden', 'ann'])
})

function countIn(text: string, stems: readonly string[]) {
  const found: string[] = []
  const length = createWordCounter(stems).count(text, 0, (stem) => found.push(stem))
  return { length, found }
}
