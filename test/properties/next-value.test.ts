import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutTo, nextValue } from '../../src/block-sync/next-value.ts'
import { retryMinutes } from '../../src/block-sync/sync-handler.ts'
import { newId } from '../../src/core/ids.ts'
import { countCharacters } from '../../src/core/text.ts'
import { text } from './arbitraries.ts'

const id = newId('block')
const START = { block: null, found: null, wrote: null, failures: 0 }

it('a cut text keeps within the limit, begins as the text does, and says how much is missing', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 300 }), (words, limit) => {
      const value = cutTo(words, limit)
      expect(countCharacters(value)).toBeLessThanOrEqual(limit)
      if (countCharacters(words) <= limit) expect(value).toBe(words)
      const [, missing] = /\n\[(\d+) more characters are at its source\]$/.exec(value) ?? []
      if (missing === undefined) expect(words.startsWith(value)).toBe(true)
      else expect(countCharacters(words)).toBeGreaterThanOrEqual(Number(missing))
    }),
  )
})

it('the same text of the source is written once, and an edit is replaced only by another text', () => {
  fc.assert(
    fc.property(text, text, text, fc.integer({ min: 10, max: 300 }), (one, typed, other, limit) => {
      // Databases store no halves of characters.
      const edit = typed.toWellFormed()
      const first = nextValue({ id, value: '', limit }, one, START)
      const value = first.kind === 'write' ? first.value : ''
      expect(nextValue({ id, value, limit }, one, first.state).kind).toBe('same')
      if (edit === value) return
      const kept = nextValue({ id, value: edit, limit }, one, first.state)
      expect(kept.kind).toBe('edited')
      const last = nextValue({ id, value: edit, limit }, other, kept.state)
      if (last.kind === 'write') expect(last.overEdit).toBe(true)
      else expect([last.kind, one === other]).toEqual([last.kind, last.kind === 'edited'])
    }),
  )
})

it('pauses after failures double up to an hour, or to the usual pause if that is longer', () => {
  expect([1, 2, 3, 7, 20].map((failures) => retryMinutes(failures, 5))).toEqual([1, 2, 4, 60, 60])
  expect(retryMinutes(1_000, 1_440)).toBe(1_440)
})
