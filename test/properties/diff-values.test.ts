import { applyPatch } from 'diff'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { diffValues } from '../../src/memory/diff-values.ts'
import { editedValue } from '../../src/memory/edit-block.ts'
import { CASES } from './arbitraries.ts'

/** Line ends of every kind, and lines that look like parts of a patch. */
const text = fc
  .array(
    fc.constantFrom(
      ...['a', 'b', '\n', '\n', '\r\n', '\r', 'é', '😀', '北', '\u2028', ' ', '\t', '-', '+'],
      ...['--- a', '+++ b', '@@ -1 +1 @@', '\\ No newline at end of file', 'diff --git a b'],
    ),
    { maxLength: 15 },
  )
  .map((units) => units.join(''))

it('the difference between any two texts makes one of the other', () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      const patch = diffValues('human', { version: 1, value: from }, { version: 2, value: to })
      expect(applyPatch(from, patch)).toBe(to)
    }),
    CASES,
  )
})

it('the differences of a history, one after the other, lead to its present text', () => {
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), value: text }),
    fc.record({ kind: fc.constant('append' as const), text }),
    fc.record({ kind: fc.constant('insert' as const), text, line: fc.constantFrom(0, -1) }),
  )
  fc.assert(
    fc.property(text, fc.array(edit, { maxLength: 20 }), (start, edits) => {
      const block = { label: 'human', limit: 10_000 }
      const values = [start]
      for (const change of edits) {
        values.push(editedValue({ ...block, value: values.at(-1) ?? '' }, change))
      }
      const replayed = values.slice(1).reduce((value, to, index) => {
        const from = { version: index + 1, value: values[index] ?? '' }
        const patched = applyPatch(
          value,
          diffValues('human', from, { version: index + 2, value: to }),
        )
        return patched === false ? 'a patch did not apply' : patched
      }, start)
      expect(replayed).toBe(values.at(-1))
    }),
    { ...CASES, numRuns: 500 },
  )
})
