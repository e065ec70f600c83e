import { expect, test } from 'vitest'
import { compileContext } from '../../src/agent/context/compile-context.ts'
import { inTurns } from '../../src/agent/context/in-turns.ts'
import { storedId } from '../../src/core/ids.ts'
import type { Message, MessageBody } from '../../src/core/message.ts'
import { estimatePrompt } from '../../src/llm/estimate-usage.ts'
import { toBody as toMessages } from '../../src/llm/messages/to-body.ts'
import type { ModelMessage, ModelRequest } from '../../src/llm/model.ts'
import { adaptBody } from '../../src/llm/openai/adapt-body.ts'
import { toWire } from '../../src/llm/openai/to-wire.ts'
import { toldInWords } from '../../src/llm/pictures.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { toBody as toResponses } from '../../src/llm/responses/to-body.ts'
import { bodyBytes } from '../../src/llm/wire/body-bytes.ts'
import { createMessageCache } from '../../src/storage/database/message-cache.ts'
import { inputOf } from '../properties/histories.ts'

/* A step reads what is new of a history, and of the rest nothing: as much behind 2,000 messages as behind 20. */

/** The turns of a history, four messages each: what was asked, a call, its result, and the reply. */
function turns(count: number): readonly MessageBody[] {
  return Array.from({ length: count }, (_, turn): readonly MessageBody[] => {
    const callId = storedId(
      'call',
      `call-00000000-0000-4000-8000-${String(turn).padStart(12, '0')}`,
    )
    const call = { id: callId, name: 'find', arguments: `{"query":"${turn}"}` }
    const spoken = { role: 'assistant', reasoning: '' } as const
    return [
      { role: 'user', text: `question ${turn}` },
      { ...spoken, text: '', toolCalls: [call], said: [] },
      { role: 'tool', callId, toolName: 'find', status: 'success', text: `result ${turn}` },
      { ...spoken, text: `answer ${turn}`, toolCalls: [], said: [`answer ${turn}`] },
    ]
  }).flat()
}

function stored(bodies: readonly MessageBody[]): readonly Message[] {
  return bodies.map((body, index) => ({
    ...body,
    ...({ id: `message-${index}`, agentId: 'agent-any', conversationId: 'conv-any' } as const),
    ...{ seq: index + 1, runId: null, tokens: 10, createdAt: '2026-11-20T14:05:00.000Z' },
  }))
}

/** Counts how often `step` reads the items of a list that is two turns longer than the one of the step before. */
function readsOf<Item extends object>(
  items: readonly Item[],
  step: (items: readonly Item[]) => void,
) {
  let reads = 0
  const counted = items.map(
    (item) =>
      new Proxy(item, {
        get(target, name, receiver) {
          reads += 1
          return Reflect.get(target, name, receiver)
        },
      }),
  )
  step(counted.slice(0, -8))
  reads = 0
  step(counted)
  return reads
}

function expectSameCost<Item extends object>(
  listOf: (turns: number) => readonly Item[],
  step: (items: readonly Item[]) => void,
): void {
  const few = readsOf(listOf(5), step)
  expect(few).toBeGreaterThan(0)
  expect(readsOf(listOf(500), step)).toBe(few)
}

test('a history is compiled', () => {
  expectSameCost(
    (count) => stored(turns(count)),
    (history) => compileContext(inputOf(inTurns(history, null))),
  )
})

test('what is in sight is kept', () => {
  const cache = createMessageCache()
  expectSameCost(
    (count) => stored(turns(count)),
    (messages) => cache.keepSight('any', 'conv-any', { from: 1, messages }),
  )
})

/** As it is sent: memory may have been edited, and the last message carries a line that no other step has. */
function requestOf(said: readonly ModelMessage[], text: string): ModelRequest {
  const newest = { role: 'user', text: `${text} ${said.length}` } as const
  return {
    messages: [{ role: 'system', text: `memory ${said.length}` }, ...said, newest],
    tools: [],
    toolChoice: 'auto',
  }
}

const of = { model: 'any', handle: 'any/any' }
const attempt = { learned: {}, withoutThoughts: false }
const [{ quirks }] = PROVIDERS as [(typeof PROVIDERS)[number]]

const WIRES = {
  'chat completions': (request: ModelRequest) =>
    bodyBytes(adaptBody(toWire({ ...of, quirks }, request), {}), 'messages'),
  messages: (request: ModelRequest) =>
    bodyBytes(toMessages(of, request, attempt, false), 'messages'),
  responses: (request: ModelRequest) =>
    bodyBytes(toResponses(of, request, attempt, false), 'input'),
  'words for pictures': toldInWords,
  'an estimate': estimatePrompt,
}

test.each(Object.entries(WIRES))('a request is made into %s', (_, make) => {
  expectSameCost(
    (count) => compileContext(inputOf(stored(turns(count)))).request.messages.slice(1, -1),
    (said) => make(requestOf(said, 'The time is')),
  )
})

test('a body is written', () => {
  expectSameCost(
    (count) => turns(count),
    (messages) => bodyBytes({ model: 'any', messages: [{}, ...messages, {}] }, 'messages'),
  )
})
