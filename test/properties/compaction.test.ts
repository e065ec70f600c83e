import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitLines } from '../../src/agent/compaction/extract-summary.ts'
import { type CompactionInput, planCompaction } from '../../src/agent/compaction/plan-compaction.ts'
import { estimateTokens } from '../../src/core/estimate-tokens.ts'
import { newId } from '../../src/core/ids.ts'
import type { Message, MessageBody } from '../../src/core/message.ts'
import { CASES } from './arbitraries.ts'

const tokens = fc.nat({ max: 100 })
/** The tokens of the answer, and of the result of each of its calls. */
const step = fc.record({ answer: tokens, results: fc.array(tokens, { maxLength: 3 }) })
const turn = fc.record({ user: tokens, steps: fc.array(step, { maxLength: 4 }) })

type Sized = readonly [tokens: number, body: MessageBody]

function messagesOf(turn: { user: number; steps: readonly Step[] }): readonly Sized[] {
  return [[turn.user, { role: 'user', text: 'x' }], ...turn.steps.flatMap(messagesOfStep)]
}

interface Step {
  readonly answer: number
  readonly results: readonly number[]
}

function messagesOfStep({ answer, results }: Step): readonly Sized[] {
  const toolCalls = results.map(() => ({ id: newId('call'), name: 'tool', arguments: '{}' }))
  return [
    [answer, { role: 'assistant', text: 'x', reasoning: '', toolCalls, said: [] }],
    ...results.map((size, index): Sized => {
      const callId = toolCalls[index]?.id ?? newId('call')
      return [size, { role: 'tool', callId, toolName: 'tool', status: 'success', text: 'x' }]
    }),
  ]
}

/** Also one whose first turn has lost its beginning to a compaction before. */
const messages: fc.Arbitrary<readonly Message[]> = fc
  .record({
    torn: fc.array(step, { maxLength: 3 }),
    turns: fc.array(turn, { maxLength: 5 }),
    firstSeq: fc.integer({ min: 1, max: 1_000 }),
  })
  .map(({ torn, turns, firstSeq }) =>
    [...torn.flatMap(messagesOfStep), ...turns.flatMap(messagesOf)].map(([size, body], index) => ({
      ...body,
      id: newId('message'),
      agentId: newId('agent'),
      conversationId: newId('conv'),
      runId: null,
      seq: firstSeq + index,
      tokens: size,
      createdAt: '2026-11-20T14:05:00.000Z',
    })),
  )

const input: fc.Arbitrary<CompactionInput> = fc.record({
  messages,
  fixedTokens: fc.nat({ max: 200 }),
  targetTokens: fc.nat({ max: 1_200 }),
})

function total({ messages, fixedTokens }: CompactionInput, start: number): number {
  return messages.slice(start).reduce((sum, message) => sum + message.tokens, fixedTokens)
}

/** Where the kept messages may begin, something having gone. */
function cuts({ messages }: CompactionInput, roles: readonly Message['role'][]): readonly number[] {
  return [...messages.keys()].filter(
    (index) => index > 0 && roles.some((role) => messages[index]?.role === role),
  )
}

it('a compaction parts the messages in two, and no call from its results', () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planCompaction(given)
      if (!plan) return
      const kept = given.messages.slice(plan.evicted.length)
      expect(plan.evicted).toEqual(given.messages.slice(0, plan.evicted.length))
      expect(plan.evicted.length).toBeGreaterThan(0)
      expect(kept[0]?.seq).toBe(plan.keepFrom)
      const answered = kept.flatMap((each) => (each.role === 'tool' ? [each.callId] : []))
      const made = kept.flatMap((each) =>
        each.role === 'assistant' ? each.toolCalls.map(({ id }) => id) : [],
      )
      expect(answered).toEqual(made)
    }),
    CASES,
  )
})

it('a compaction keeps the newest step', () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planCompaction(given)
      const newest = given.messages.findLast(({ role }) => role === 'assistant' || role === 'user')
      if (plan && newest) expect(plan.keepFrom).toBeLessThanOrEqual(newest.seq)
    }),
    CASES,
  )
})

it('a compaction fits the target where any cut does, with whole turns where they do, and as few as do', () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planCompaction(given)
      const turns = cuts(given, ['user'])
      const steps = cuts(given, ['user', 'assistant'])
      const fits = (start: number) => total(given, start) <= given.targetTokens
      if (steps.length === 0) {
        expect(plan).toBeUndefined()
        return
      }
      const start = plan?.evicted.length
      if (turns.some(fits)) expect(start).toBe(Math.min(...turns.filter(fits)))
      // No whole turns do, so a part of the newest one goes too, or as much as may.
      else expect(start).toBe(steps.find(fits) ?? steps.at(-1))
    }),
    CASES,
  )
})

const line = fc.oneof(
  fc.string({ maxLength: 60 }).map((words) => words.replaceAll(/[\r\n]/g, ' ')),
  fc.constantFrom('', ' ', '[…]', 'User: tea.', '茶が好きです。', 'x'.repeat(500)),
)
const GAP = '[…]'
const cost = (lines: readonly string[]) =>
  lines.reduce((sum, each) => sum + estimateTokens(each) + 1, 0)

it('lines that are made to fit do, in their order, with nothing left out but the middle', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 30 }),
      fc.integer({ min: cost([GAP]), max: 400 }),
      (lines, budget) => {
        const written = lines.filter((each) => each.trim() !== '' && each !== GAP)
        const fitted = fitLines(lines, budget)
        const kept = fitted.split('\n').filter((each) => each !== '')
        expect(cost(kept)).toBeLessThanOrEqual(budget)
        expect(estimateTokens(fitted)).toBeLessThanOrEqual(budget)
        if (cost(written) <= budget) {
          expect(kept).toEqual(written)
          return
        }
        expect(kept.filter((each) => each === GAP)).toHaveLength(1)
        const gap = kept.indexOf(GAP)
        expect(kept.slice(0, gap)).toEqual(written.slice(0, gap))
        const tail = kept.slice(gap + 1)
        expect(tail).toEqual(written.slice(written.length - tail.length))
        expect(kept.length - 1).toBeLessThan(written.length)
        // Text that fits is not cut again.
        expect(fitLines(kept, budget)).toBe(kept.filter((each) => each !== GAP).join('\n'))
      },
    ),
    CASES,
  )
})
