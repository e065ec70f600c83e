import fc from 'fast-check'
import type { ContextInput } from '../../src/agent/context/compile-context.ts'
import { databaseTools } from '../../src/agent/tools/database-tools.ts'
import { DEFAULT_TOOLS } from '../../src/agent/tools/default-tools.ts'
import { DEFAULT_SETTINGS } from '../../src/core/agent-settings.ts'
import { newId, storedId } from '../../src/core/ids.ts'
import type { Message, MessageBody } from '../../src/core/message.ts'
import { text } from './arbitraries.ts'

/** Few ids, so that they repeat, are missing, or belong to nothing. */
const callId = fc
  .integer({ min: 1, max: 9 })
  .map((number) => storedId('call', `call-00000000-0000-4000-8000-00000000000${number}`))

const runId = fc
  .option(fc.integer({ min: 1, max: 3 }))
  .map((number) =>
    number === null ? null : storedId('run', `run-00000000-0000-4000-8000-00000000000${number}`),
  )

const picture = fc.record({
  digest: fc.constantFrom('one', 'two'),
  mediaType: fc.constant('image/png' as const),
  size: fc.integer({ min: 1, max: 9_000_000 }),
  width: fc.constantFrom(100, 2_000),
  height: fc.constantFrom(100, 2_000),
})

/** Kept by the wires for the model that wrote an answer. */
const extras = fc.oneof(
  fc.record({
    model: fc.constant('any/model'),
    wire: fc.constant('chat'),
    message: fc.constantFrom({ reasoning_content: 'hm' }, {}),
    calls: fc.array(fc.constantFrom({ id: 'call_a' }, { id: 'call_b' }, null), { maxLength: 2 }),
  }),
  fc.record({
    model: fc.constant('any/model'),
    wire: fc.constant('messages'),
    message: fc.constant({
      blocks: [{ type: 'thinking', thinking: 'hm', signature: 's', odd: 1 }, { type: 'tool_use' }],
    }),
  }),
  fc.record({
    model: fc.constant('any/model'),
    wire: fc.constant('responses'),
    message: fc.constant({
      items: [{ type: 'reasoning', encrypted_content: 'e', odd: 1 }, { type: 'function_call' }],
    }),
  }),
)

const call = fc.record({
  id: callId,
  name: text,
  arguments: fc.oneof(text, fc.constant('{"a":"\\ud800"}')),
})
const said = fc.array(text, { maxLength: 2 })

const body: fc.Arbitrary<MessageBody> = fc.oneof(
  fc.record({ role: fc.constant('user'), text }),
  fc.record({ role: fc.constant('user'), text, pictures: fc.array(picture, { maxLength: 2 }) }),
  fc.record({ role: fc.constant('system'), text }),
  fc.record({
    role: fc.constant('system'),
    text,
    sender: fc.constant({ kind: 'server' as const }),
  }),
  fc.record({
    role: fc.constant('assistant'),
    text,
    reasoning: text,
    toolCalls: fc.array(call, { maxLength: 3 }),
    said,
    extras: fc.option(extras, { nil: undefined }),
  }),
  fc.record({
    role: fc.constant('tool'),
    callId,
    toolName: fc.constant('tool'),
    status: fc.constantFrom('success', 'error'),
    text,
  }),
)

export const message: fc.Arbitrary<Message> = fc
  .record({ body, runId, tokens: fc.oneof(fc.nat({ max: 900 }), fc.constant(5_000)) })
  .map(({ body, runId, tokens }) => ({
    ...body,
    id: newId('message'),
    agentId: 'agent-any',
    conversationId: 'conv-any',
    seq: 1,
    runId,
    tokens,
    createdAt: '2026-11-20T14:05:00.000Z',
  }))

const AT = '2026-11-20T14:05:00.000Z'

/** The input of a step with these messages. */
export function inputOf(
  history: readonly Message[],
  {
    timezone = 'UTC',
    memory = '',
    problems = new Map(),
  }: {
    readonly timezone?: string
    readonly memory?: string
    readonly problems?: ReadonlyMap<string, string>
  } = {},
): ContextInput {
  const tools = DEFAULT_TOOLS.memgpt_agent
  return {
    conversationId: 'conv-any',
    agent: {
      ...{ id: 'agent-any', name: 'any', description: '', agentType: 'memgpt_agent', system: null },
      ...{ model: null, embedding: null, contextWindow: 10_000, tags: [], tools, toolRules: [] },
      settings: { ...DEFAULT_SETTINGS, timezone },
      ...{ createdAt: AT, updatedAt: AT },
    },
    tools: databaseTools(tools),
    blocks: [
      {
        ...{ id: 'block-any', label: 'human', value: memory, description: '', limit: 5_000 },
        ...{ readOnly: false, version: 1, createdAt: AT, updatedAt: AT },
      },
    ],
    counts: { messages: history.length, passages: 0 },
    state: {
      ...{ from: 1, tokenRatio: 1, pressureTold: false, learnedWindow: null, ranOn: null },
      ...{ summariesFrom: 1, summary: null },
    },
    history,
    pictureProblems: problems,
    now: Date.parse(AT),
    speakNow: null,
    repeats: 0,
    calls: [],
  }
}
