import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countFitting, cutToFit, fits, pieceOf } from '../../src/mcp/present/fit.ts'

/** Hard text: escapes, control characters, pairs of surrogates. */
const HARD = '"\\\n\u0001😀é漢'

describe('a piece of a long text', () => {
  it('is all of a short one', () => {
    expect(pieceOf('hello')).toEqual({ text: 'hello', chars: 5 })
    expect(pieceOf('')).toEqual({ text: '', chars: 0 })
  })

  it('fits, and following next_offset gives the whole text back', () => {
    const whole = HARD.repeat(6_000)
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const piece = pieceOf(whole, offset)
      expect(piece.chars).toBe(7 * 6_000)
      expect(fits({ value: piece.text })).toBe(true)
      read += piece.text
      offset = piece.nextOffset
    }
    expect(read).toBe(whole)
  })

  it('beyond the end is empty', () => {
    expect(pieceOf('hello', 9)).toEqual({ text: '', chars: 5 })
  })
})

describe('an answer', () => {
  it('that fits stays as it is', () => {
    const answer = { agents: [{ id: 1 }], reply: 'yes' }
    expect(cutToFit(answer)).toBe(answer)
  })

  it('tells how many items it has room for', () => {
    const items = Array.from({ length: 50 }, () => 'x'.repeat(1_000))
    const count = countFitting({ items, note: 'n' }, 'items')
    expect(count).toBe(19)
    expect(fits({ items: items.slice(0, count), note: 'n' })).toBe(true)
  })

  it('with too long a string keeps its start and states its length', () => {
    const cut = cutToFit({ run_id: 'run-1', reply: HARD.repeat(5_000) })
    expect(fits(cut)).toBe(true)
    expect(cut).toMatchObject({ run_id: 'run-1', reply_chars: 35_000, truncated: true })
    expect(HARD.repeat(5_000)).toContain(String(cut.reply))
    expect(cut).not.toHaveProperty('left_out')
  })

  it('with too long a list loses items from its end and counts them', () => {
    const messages = Array.from({ length: 100 }, (_, index) => ({ index, text: 'y'.repeat(500) }))
    const cut = cutToFit({ reply: 'done', messages })
    const kept = cut.messages as typeof messages
    expect(fits(cut)).toBe(true)
    expect(kept).toEqual(messages.slice(0, kept.length))
    expect(cut).toMatchObject({ reply: 'done', truncated: true, left_out: 100 - kept.length })
  })

  it('fits whatever it is made of', () => {
    const deep = {
      agent: {
        system: HARD.repeat(9_000),
        blocks: Array.from({ length: 3_000 }, () => ({ label: 'l'.repeat(128), value: HARD })),
      },
    }
    expect(fits(cutToFit(deep))).toBe(true)
  })

  it('with too long a text in a list keeps its start and states its length', () => {
    const cut = cutToFit({ agent: { id: 'agent-1', tags: ['short', 'z'.repeat(30_000)] } })
    expect(fits(cut)).toBe(true)
    const { tags } = cut.agent as { readonly tags: readonly string[] }
    expect(tags[0]).toBe('short')
    expect(tags[1]).toMatch(/^z+… \(of 30000 characters\)$/)
  })

  it('fits, is JSON and says so if it was cut, whatever is stored', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const cut = cutToFit(answer)
        expect(fits(cut)).toBe(true)
        expect(JSON.parse(JSON.stringify(cut))).toEqual(cut)
        if (!fits(answer)) expect(cut.truncated).toBe(true)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})

/** Texts that a step makes shorter, and lists that it makes shorter, in each other. */
const anyText = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 10 }), fc.constantFrom(1, 30, 900))
  .map(([part, times]) => part.repeat(times))
const anyKey = fc.stringMatching(/^[a-z_]{1,12}$/)
const anyItem = fc.oneof(anyText, fc.integer(), fc.dictionary(anyKey, anyText, { maxKeys: 2 }))
const anyList = fc
  .tuple(fc.array(anyItem, { maxLength: 3 }), fc.constantFrom(1, 40))
  .map(([items, times]) => Array.from({ length: times }, () => items).flat())
const anyRecord = fc.dictionary(anyKey, fc.oneof(anyItem, anyList), { maxKeys: 3 })
const anyValue = fc.oneof(anyItem, anyList, anyRecord, fc.array(anyRecord, { maxLength: 3 }))
const anyAnswer = fc.dictionary(anyKey, anyValue, { maxKeys: 6 })
