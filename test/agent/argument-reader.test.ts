import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ArgumentReader } from '../../src/agent/step/argument-reader.ts'

/** The object as its pieces tell it: its text, and the decoded strings by key. */
function readIn(pieces: readonly string[]) {
  const reader = new ArgumentReader()
  const texts = new Map<string, string>()
  const raws = new Map<string, string>()
  let key = ''
  for (const read of pieces.flatMap((piece) => reader.add(piece))) {
    if (read.kind === 'member') key = read.key
    else {
      const known = read.kind === 'raw' ? raws : texts
      known.set(key, (known.get(key) ?? '') + read.text)
    }
  }
  return { texts: Object.fromEntries(texts), raws: Object.fromEntries(raws) }
}

it('reads any object as JSON.parse does, wherever it is cut', () => {
  const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
  fc.assert(
    fc.property(
      json,
      fc.boolean(),
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      (value, pretty, lengths) => {
        const object = JSON.parse(JSON.stringify(value))
        const text = JSON.stringify(object, null, pretty ? 2 : undefined)
        const pieces: string[] = []
        for (let at = 0; at < text.length; ) {
          const length = lengths.next().value ?? 1
          pieces.push(text.slice(at, at + length))
          at += length
        }
        const { texts, raws } = readIn(pieces)
        for (const [key, member] of Object.entries(object)) {
          expect(JSON.parse(raws[key] ?? '')).toEqual(member)
          if (typeof member === 'string' && member !== '')
            expect(texts[key]).toBe(member.toWellFormed() === member ? member : texts[key])
        }
      },
    ),
  )
})

it('never emits half a character', () => {
  const reader = new ArgumentReader()
  const told = ['{"m":"\\ud83d', '\\ude00"}'].map((piece) =>
    reader.add(piece).filter(({ kind }) => kind === 'text'),
  )
  expect(told).toEqual([[], [{ kind: 'text', text: '😀' }]])
})

it('accepts raw line breaks in strings, as models write them', () => {
  expect(readIn(['{"m":"a\nb', '\tc"}']).texts).toEqual({ m: 'a\nb\tc' })
})

it('finds nothing when the JSON is not an object', () => {
  for (const text of ['', '[1]', '"a"', 'null', '<x>{"m":"a"}'])
    expect(readIn([text]).raws).toEqual({})
})
