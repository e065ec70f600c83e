import fc from 'fast-check'
import { expect, it } from 'vitest'
import { healHistory } from '../../src/agent/context/heal-history.ts'
import { storedId } from '../../src/core/ids.ts'
import type { ModelMessage } from '../../src/llm/model.ts'
import { toWire } from '../../src/llm/openai/to-wire.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { expectWellFormed } from '../faults/vendor.ts'
import type { WireRequest } from '../faults/wire.ts'
import { CASES, text } from './arbitraries.ts'

/** Few ids, so that they repeat, are missing, or belong to nothing. */
const callId = fc
  .integer({ min: 1, max: 6 })
  .map((number) => storedId('call', `call-00000000-0000-4000-8000-00000000000${number}`))

const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.record({ role: fc.constant('user'), text }),
  fc.record({ role: fc.constant('system'), text }),
  fc.record({ role: fc.constant('tool'), callId, text }),
  fc.record({
    role: fc.constant('assistant'),
    text,
    reasoning: text,
    toolCalls: fc.array(fc.record({ id: callId, name: text, arguments: text }), { maxLength: 3 }),
  }),
)
const log = fc.array(message, { maxLength: 12 })

function isSound(words: string): boolean {
  return words.isWellFormed() && !words.includes('\u0000')
}

it('any log is healed into one in which each call has one result, right behind it', () => {
  fc.assert(
    fc.property(log, (messages) => {
      const ids = new Set<string>()
      let open: readonly string[] = []
      for (const healed of healHistory(messages)) {
        expect(isSound(healed.text)).toBe(true)
        if (healed.role === 'tool') {
          expect(healed.text.trim()).not.toBe('')
          expect(open[0]).toBe(healed.callId)
          open = open.slice(1)
          continue
        }
        expect(open).toEqual([])
        if (healed.role !== 'assistant') {
          expect(healed.text.trim()).not.toBe('')
          continue
        }
        expect(healed.text !== '' || healed.toolCalls.length > 0).toBe(true)
        expect(isSound(healed.reasoning)).toBe(true)
        for (const call of healed.toolCalls) {
          expect(isSound(call.name) && isSound(call.arguments)).toBe(true)
          expect(ids.has(call.id)).toBe(false)
          ids.add(call.id)
        }
        open = healed.toolCalls.map(({ id }) => id)
      }
      expect(open).toEqual([])
    }),
    CASES,
  )
})

it('what anybody said, and every call, stays in its order', () => {
  fc.assert(
    fc.property(log, (messages) => {
      const healed = healHistory(messages)
      const count = (all: readonly ModelMessage[], role: string) =>
        all.filter((each) => each.role === role).length
      expect(count(healed, 'user')).toBe(count(messages, 'user'))
      expect(count(healed, 'system')).toBe(count(messages, 'system'))
      const calls = (all: readonly ModelMessage[]) =>
        new Set(
          all
            .flatMap((each) => (each.role === 'assistant' ? each.toolCalls : []))
            .map(({ id }) => id),
        )
      expect([...calls(healed)]).toEqual([...calls(messages)])
    }),
    CASES,
  )
})

it('a healed log is healthy: healing it again changes nothing', () => {
  fc.assert(
    fc.property(log, (messages) => {
      const healed = healHistory(messages)
      expect(healHistory(healed)).toEqual(healed)
    }),
    CASES,
  )
})

it('its request is one that every vendor takes', () => {
  const quirks = fc.constantFrom(...PROVIDERS.map((provider) => provider.quirks))
  fc.assert(
    fc.property(log, quirks, (messages, of) => {
      const request = { messages: healHistory(messages), tools: [], toolChoice: 'auto' } as const
      const body = JSON.stringify(
        toWire({ model: 'any', handle: 'openai/any', quirks: of }, request),
      )
      expect(body).not.toMatch(/\\u(?:d[89a-f]|0000)/i)
      const sent: WireRequest = JSON.parse(body)
      expectWellFormed(sent.messages ?? [])
    }),
    CASES,
  )
})
