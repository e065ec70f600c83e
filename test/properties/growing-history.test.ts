import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileContext } from '../../src/agent/context/compile-context.ts'
import { inTurns } from '../../src/agent/context/in-turns.ts'
import type { Message } from '../../src/core/message.ts'
import { estimatePrompt } from '../../src/llm/estimate-usage.ts'
import type { Learned } from '../../src/llm/learned/learned.ts'
import { toBody as toMessages } from '../../src/llm/messages/to-body.ts'
import type { ModelRequest } from '../../src/llm/model.ts'
import { adaptBody } from '../../src/llm/openai/adapt-body.ts'
import { toWire } from '../../src/llm/openai/to-wire.ts'
import { toldInWords } from '../../src/llm/pictures.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { toBody as toResponses } from '../../src/llm/responses/to-body.ts'
import { bodyBytes } from '../../src/llm/wire/body-bytes.ts'
import type { Fields } from '../../src/llm/wire/fields.ts'
import { CASES } from './arbitraries.ts'
import { inputOf, message } from './histories.ts'

/** A change from one step to the next. */
type Change =
  | { readonly kind: 'append'; readonly messages: readonly Message[] }
  /** Compacted, put out of sight, or rolled back. */
  | { readonly kind: 'remove'; readonly from: number; readonly count: number }
  | { readonly kind: 'timezone' | 'memory' | 'problem'; readonly value: string }

const position = fc.double({ min: 0, max: 1, noNaN: true })
const append = fc.record({
  kind: fc.constant('append'),
  messages: fc.array(message, { maxLength: 5 }),
})
const change: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: append, weight: 6 },
  fc.record({
    kind: fc.constant('remove'),
    from: fc.oneof(fc.constant(0), position),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('timezone'), value: fc.constantFrom('UTC', 'Asia/Tokyo') }),
  fc.record({ kind: fc.constant('memory'), value: fc.constantFrom('', 'Likes tea.') }),
  fc.record({ kind: fc.constant('problem'), value: fc.constantFrom('one', 'two') }),
)

const LESSONS: readonly Learned[] = [
  {},
  { wantsReasoning: { field: 'reasoning_content', in: 'answers' }, roles: 'alternate' },
  { omitFields: ['odd', 'cache_control'], textContent: true, roles: 'plain', noSystem: true },
]
const handle = 'any/model'
const model = 'model'

/** The bodies of a request, by wire and what was learned, with the field of their history. */
function bodies(request: ModelRequest): readonly (readonly [Fields, 'messages' | 'input'])[] {
  return LESSONS.flatMap((learned) => {
    const attempt = { learned, withoutThoughts: false }
    return [
      ...QUIRKS.map(
        (quirks) =>
          [adaptBody(toWire({ model, handle, quirks }, request), learned), 'messages'] as const,
      ),
      [toMessages({ model, handle }, request, attempt, false), 'messages'],
      [toResponses({ model, handle }, request, attempt, false), 'input'],
    ]
  })
}

/** Those that make different messages: of OpenAI, Mistral, Moonshot and OpenRouter. */
const QUIRKS = PROVIDERS.map(({ quirks }) => quirks).filter(
  (quirks, index, all) =>
    index === all.findIndex((other) => ofMessages(other) === ofMessages(quirks)),
)

function ofMessages(quirks: (typeof PROVIDERS)[number]['quirks']): string {
  const { sendsReasoningBack, maxToolCallIdLength, userAfterTool, cacheMarkers } = quirks
  return JSON.stringify([sendsReasoningBack, maxToolCallIdLength, userAfterTool, cacheMarkers])
}

/** With the bytes of its pictures, which are loaded for each request. */
function loaded(request: ModelRequest): ModelRequest {
  const messages = request.messages.map((message) =>
    message.role === 'user' && message.pictures
      ? { ...message, pictures: message.pictures.map((shown) => ({ ...shown, data: 'AAAA' })) }
      : message,
  )
  return { ...request, messages }
}

function changed(history: readonly Message[], next: Change): readonly Message[] {
  if (next.kind === 'append') return [...history, ...next.messages]
  if (next.kind !== 'remove') return history
  const from = Math.floor(next.from * history.length)
  return history.filter((_, index) => index < from || index >= from + next.count)
}

it('what is sent of a history is the same, whatever was sent of it before', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 2, maxLength: 12 }), (changes) => {
      let history: readonly Message[] = []
      const beside = { timezone: 'UTC', memory: '', problems: new Map<string, string>() }
      for (const next of changes) {
        history = changed(history, next)
        if (next.kind === 'timezone' || next.kind === 'memory') beside[next.kind] = next.value
        if (next.kind === 'problem') beside.problems.set(next.value, 'It is too large.')
        const ordered = inTurns(history, null)
        const anew = inTurns(structuredClone(history), null)
        expect(ordered).toEqual(anew)
        const compiled = compileContext(inputOf(ordered, beside))
        const fresh = compileContext(inputOf(anew, beside))
        expect(compiled).toEqual(fresh)
        expect(estimatePrompt(compiled.request)).toBe(estimatePrompt(fresh.request))
        expect(toldInWords(compiled.request)).toEqual(toldInWords(fresh.request))
        const expected = bodies(loaded(structuredClone(fresh.request)))
        for (const [index, [body, field]] of bodies(loaded(compiled.request)).entries()) {
          const sent = Buffer.from(bodyBytes(body, field)).toString()
          expect(sent).toBe(JSON.stringify(expected[index]?.[0]))
        }
      }
    }),
    { ...CASES, numRuns: 100 },
  )
})
