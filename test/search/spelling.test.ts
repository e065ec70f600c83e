import { expect, test } from 'vitest'
import { compounds, firstUsed, mayBeMisspelt, misspellings } from '../../src/search/spelling.ts'

const KNOWN = [
  'kettl',
  'settl',
  'kitten',
  'recei',
  'receiv',
  'donaudampfschifffahrt',
  'schiff',
  'fahrt',
]
const guess = (stem: string, used: readonly string[] = KNOWN) =>
  firstUsed(misspellings(stem, KNOWN), new Set(used)).map((spelling) => spelling.stem)

test.each([
  ['kettel', ['kettl']],
  ['ketl', ['kettl']],
  ['kettll', ['kettl']],
  ['jettl', ['kettl', 'settl']],
  ['reciev', ['receiv']],
  ['donaudampfschiffahrt', ['donaudampfschifffahrt']],
  ['xylophon', []],
])('%s may mean %j', (stem, meant) => {
  expect(guess(stem)).toEqual(meant)
})

test('only words used in the searched scope are guessed', () => {
  expect(guess('jettl', ['settl'])).toEqual(['settl'])
  expect(guess('kettel', [])).toEqual([])
})

test('a compound is found by its parts, and parts by their compound, the most alike first', () => {
  const found = (stem: string) => compounds(stem, KNOWN).map((each) => each.stem)
  expect(found('dampfschiff')).toEqual(['schiff', 'donaudampfschifffahrt'])
  expect(found('fahrtwind')).toEqual(['fahrt'])
  expect(found('hip')).toEqual([])
})

test('short words, numbers and symbols are taken as they are', () => {
  expect(['cat', 'v3', '2041', '👍', '北京', 'kettl'].filter(mayBeMisspelt)).toEqual(['kettl'])
})
