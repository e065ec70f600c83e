import { expect, test } from 'vitest'
import { type BlockEdit, editedValue } from '../../src/memory/edit-block.ts'
import { chooser, seededRandom } from '../support/stores.ts'

const edited = (value: string, edit: BlockEdit, limit = 5_000) =>
  editedValue({ label: 'human', value, limit }, edit)

/** The same edits in the plainest way, on a list of characters; undefined: refused. */
function model(value: string, edit: BlockEdit, limit: number): string | undefined {
  const result = plainEdit(value, edit)
  return result !== undefined && [...result].length <= limit ? result : undefined
}

function plainEdit(value: string, edit: BlockEdit): string | undefined {
  switch (edit.kind) {
    case 'write':
      return edit.value
    case 'append':
      return [value, edit.text].filter((part) => part !== '').join('\n')
    case 'replace_one':
    case 'replace_all': {
      const parts = splitAt(value, edit.oldText)
      if (parts.length < 2 || (edit.kind === 'replace_one' && parts.length > 2)) return undefined
      return parts.join(edit.newText)
    }
    case 'insert': {
      const lines = value === '' ? [] : value.split('\n')
      const position = edit.line === -1 ? lines.length : edit.line
      if (position < 0 || position > lines.length) return undefined
      lines.splice(position, 0, edit.text)
      return lines.join('\n')
    }
  }
}

function splitAt(value: string, text: string): readonly string[] {
  if (text === '') return [value]
  const parts: string[] = []
  let rest = value
  for (let index = rest.indexOf(text); index >= 0; index = rest.indexOf(text)) {
    parts.push(rest.slice(0, index))
    rest = rest.slice(index + text.length)
  }
  return [...parts, rest]
}

test('thousands of edits at random do what they do on plain text, or nothing', () => {
  const { below, oneOf, text } = chooser(seededRandom(42))
  const pieces = ['a', 'b', 'ab', '\n', '😀', '$&', '$', 'é', '北', ' ']
  let value = ''
  let refusals = 0
  for (let round = 0; round < 5_000; round += 1) {
    const limit = 10 + below(40)
    const edit = oneOf<BlockEdit>([
      { kind: 'write', value: text(pieces, 12) },
      { kind: 'append', text: text(pieces, 4) },
      { kind: 'replace_one', oldText: text(pieces, 2), newText: text(pieces, 3) },
      { kind: 'replace_all', oldText: text(pieces, 2), newText: text(pieces, 3) },
      { kind: 'insert', text: text(pieces, 3), line: below(6) - 2 },
    ])
    const expected = model(value, edit, limit)
    if (expected === undefined) {
      refusals += 1
      expect(() => edited(value, edit, limit), JSON.stringify({ value, edit })).toThrow()
      continue
    }
    expect(edited(value, edit, limit), JSON.stringify({ value, edit })).toBe(expected)
    value = expected
  }
  expect(refusals).toBeGreaterThan(500)
  expect(refusals).toBeLessThan(4_500)
})
