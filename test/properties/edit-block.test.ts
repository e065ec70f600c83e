import fc from 'fast-check'
import { expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { type BlockEdit, editedValue } from '../../src/memory/edit-block.ts'
import { CASES } from './arbitraries.ts'

const LIMIT = 30

/** Few letters, so that old texts occur, and what a careless replacement would take for a pattern. */
const words = fc
  .array(fc.constantFrom('a', 'b', 'ab', '\n', '$&', '$1', '$$', '.*', '😀', 'é'), { maxLength: 5 })
  .map((units) => units.join(''))

const edit: fc.Arbitrary<BlockEdit> = fc.oneof(
  fc.record({ kind: fc.constant('write'), value: words }),
  fc.record({ kind: fc.constant('append'), text: words }),
  fc.record({ kind: fc.constant('replace_one'), oldText: words, newText: words }),
  fc.record({ kind: fc.constant('replace_all'), oldText: words, newText: words }),
  fc.record({ kind: fc.constant('insert'), text: words, line: fc.integer({ min: -2, max: 5 }) }),
)

/** A naive edit to compare with; null: the edit is impossible. */
function model(value: string, change: BlockEdit): string | null {
  const after = plainly(value, change)
  return after !== null && [...after].length <= LIMIT ? after : null
}

function plainly(value: string, change: BlockEdit): string | null {
  switch (change.kind) {
    case 'write':
      return change.value
    case 'append':
      return [value, change.text].filter((part) => part !== '').join('\n')
    case 'replace_one':
    case 'replace_all': {
      const { oldText, newText } = change
      if (oldText === '') return null
      const found = positions(value, oldText)
      if (found.length === 0 || (change.kind === 'replace_one' && found.length > 1)) return null
      let after = value
      for (const position of found.toReversed()) {
        after = after.slice(0, position) + newText + after.slice(position + oldText.length)
      }
      return after
    }
    case 'insert': {
      const lines = value === '' ? [] : value.split('\n')
      const line = change.line === -1 ? lines.length : change.line
      if (line < 0 || line > lines.length) return null
      lines.splice(line, 0, change.text)
      return lines.join('\n')
    }
  }
}

/** Where the text occurs, one occurrence beginning after the end of the one before. */
function positions(value: string, part: string): readonly number[] {
  const found: number[] = []
  for (
    let index = value.indexOf(part);
    index >= 0;
    index = value.indexOf(part, index + part.length)
  ) {
    found.push(index)
  }
  return found
}

it('a block goes through any sequence of edits as a plain text would', () => {
  fc.assert(
    fc.property(words, fc.array(edit, { maxLength: 12 }), (start, edits) => {
      let value = start
      for (const change of edits) {
        const expected = model(value, change)
        try {
          value = editedValue({ label: 'human', value, limit: LIMIT }, change)
          expect(value).toBe(expected)
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          expect(expected, error.message).toBeNull()
          expect(error.message).toMatch(/\.$/)
        }
        expect([...value].length).toBeLessThanOrEqual(LIMIT)
      }
    }),
    CASES,
  )
})

it('a replacement undone is as if nothing had been', () => {
  const part = words.filter((text) => text !== '')
  fc.assert(
    fc.property(words, part, part, words, (before, oldText, newText, after) => {
      const block = { label: 'human', value: before + oldText + after, limit: 1_000 }
      fc.pre(positions(block.value, oldText).length === 1)
      const value = editedValue(block, { kind: 'replace_one', oldText, newText })
      fc.pre(overlapping(value, newText) === 1)
      const back = { kind: 'replace_one', oldText: newText, newText: oldText } as const
      expect(editedValue({ ...block, value }, back)).toBe(block.value)
    }),
    CASES,
  )
})

function overlapping(value: string, part: string): number {
  return Array.from({ length: value.length }, (_, index) => index).filter((index) =>
    value.startsWith(part, index),
  ).length
}
