import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countRepeats } from '../../src/agent/context/find-repeats.ts'
import { storedId } from '../../src/core/ids.ts'
import type { Message, MessageBody } from '../../src/core/message.ts'
import { CASES } from './arbitraries.ts'

/** An answer of the model: what it called, with what result. Few of each, so that they come again. */
interface Answer {
  readonly name: string
  readonly query: string
  readonly result: string
}

const answer: fc.Arbitrary<Answer> = fc.record({
  name: fc.constantFrom('find', 'keep'),
  query: fc.constantFrom('a', 'b'),
  result: fc.constantFrom('none', 'some'),
})
/** Random ones hardly ever repeat, so some are cycles with something before and after. */
const answers = fc.oneof(
  fc.array(answer, { maxLength: 12 }),
  fc
    .tuple(
      fc.array(answer, { maxLength: 3 }),
      fc.array(answer, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(answer, { maxLength: 2 }),
    )
    .map(([before, cycle, rounds, after]) => [
      ...before,
      ...Array.from({ length: rounds }, () => cycle).flat(),
      ...after,
    ]),
)

/** As they stand in the history; thoughts and the order of fields differ each time. */
function history(all: readonly Answer[]): readonly Message[] {
  const bodies = all.flatMap(({ name, query, result }, index): readonly MessageBody[] => {
    const callId = storedId(
      'call',
      `call-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    )
    const fields = {
      query,
      deep: true,
      thinking: `Thought ${index}`,
      request_heartbeat: index % 2 === 0,
    }
    const order = Object.entries(fields)
    const written = JSON.stringify(Object.fromEntries(index % 3 === 0 ? order : order.reverse()))
    return [
      {
        role: 'assistant',
        text: `Aside ${index}`,
        reasoning: '',
        toolCalls: [{ id: callId, name, arguments: written }],
        said: [],
      },
      { role: 'tool', callId, toolName: name, status: 'success', text: result },
    ]
  })
  return bodies.map((body, index) => ({
    ...body,
    id: storedId('message', `message-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
    agentId: storedId('agent', 'agent-00000000-0000-4000-8000-000000000001'),
    conversationId: storedId('conv', 'conv-00000000-0000-4000-8000-000000000001'),
    seq: index + 1,
    runId: null,
    tokens: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
  }))
}

/** The most rounds such that the end is that many times the same block of one to four answers. */
function bruteForce(all: readonly Answer[]): number {
  const prints = all.map(({ name, query, result }) => `${name}/${query}/${result}`)
  let most = prints.length > 0 ? 1 : 0
  for (let length = 1; length <= 4; length += 1) {
    for (let rounds = 1; rounds * length <= prints.length; rounds += 1) {
      const end = prints.slice(-rounds * length)
      const repeats = end.every((print, index) => print === end[index % length])
      if (repeats) most = Math.max(most, rounds)
    }
  }
  return most
}

it('repeats are counted as one would by hand', () => {
  fc.assert(
    fc.property(answers, (all) => {
      expect(countRepeats(history(all))).toBe(bruteForce(all))
    }),
    CASES,
  )
})

it('calls whose results differ each time are never repeats', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 12 }), (all) => {
      const changing = all.map((each, index) => ({ ...each, result: `result ${index}` }))
      expect(countRepeats(history(changing))).toBe(1)
    }),
    CASES,
  )
})
