import { type ContextInput, compileContext } from '../src/agent/context/compile-context.ts'
import { messageTokens } from '../src/agent/context/message-tokens.ts'
import { databaseTools } from '../src/agent/tools/database-tools.ts'
import { DEFAULT_TOOLS } from '../src/agent/tools/default-tools.ts'
import { DEFAULT_SETTINGS } from '../src/core/agent-settings.ts'
import { newId } from '../src/core/ids.ts'
import type { Message, MessageBody } from '../src/core/message.ts'
import { describeMachine, median } from './support.ts'

/*
 * Time to compile a context of so many messages, and the share of each request that a provider could have cached
 * from the one before. Pure: no database, no network.
 */
const ROUNDS = 40
const TURNS = 50

console.log(`compiling a context, median of ${ROUNDS}; ${describeMachine()}`)
for (const count of [200, 2_000]) {
  const input = contextOf(history(count))
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    compileContext(input)
    return performance.now() - start
  })
  console.log(`${String(count).padStart(6)} messages ${median(times).toFixed(2).padStart(8)} ms`)
}

const shares = Array.from({ length: TURNS - 1 }, (_, turn) => {
  const before = JSON.stringify(wire(contextOf(history(2 * (turn + 1)))))
  const after = JSON.stringify(wire(contextOf(history(2 * (turn + 2)))))
  return commonPrefix(before, after) / after.length
})
console.log(
  `cacheable share of a request over ${TURNS} turns without memory edits: median ${(median(shares) * 100).toFixed(1)} %, last ${((shares.at(-1) ?? 0) * 100).toFixed(1)} %`,
)

function wire(input: ContextInput) {
  const { tools, messages } = compileContext(input).request
  return [tools, messages]
}

function commonPrefix(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

function history(count: number): readonly Message[] {
  return Array.from({ length: count }, (_, index): Message => {
    const text = `Message ${index}: the quick brown fox met the lazy dog at gate ${index * 7}, and both went on their way.`
    const body: MessageBody =
      index % 2 === 0
        ? { role: 'user', text }
        : { role: 'assistant', text, reasoning: '', toolCalls: [], said: [text] }
    return {
      ...body,
      id: `message-${index}`,
      agentId: 'agent-bench',
      conversationId: 'conv-bench',
      seq: index + 1,
      runId: null,
      tokens: messageTokens(body),
      createdAt: new Date(1_700_000_000_000 + index * 60_000).toISOString(),
    }
  })
}

function contextOf(messages: readonly Message[]): ContextInput {
  const at = new Date(1_700_000_000_000).toISOString()
  return {
    conversationId: 'conv-bench',
    agent: {
      id: 'agent-bench',
      name: 'bench',
      description: '',
      agentType: 'memgpt_agent',
      model: null,
      embedding: null,
      contextWindow: 1_000_000,
      system: null,
      tags: [],
      tools: DEFAULT_TOOLS.memgpt_agent,
      toolRules: [],
      settings: DEFAULT_SETTINGS,
      createdAt: at,
      updatedAt: at,
    },
    tools: databaseTools(DEFAULT_TOOLS.memgpt_agent),
    blocks: [
      {
        id: newId('block'),
        label: 'human',
        value: 'Likes tea. '.repeat(100),
        description: 'The user',
        limit: 5_000,
        readOnly: false,
        version: 1,
        createdAt: at,
        updatedAt: at,
      },
    ],
    counts: { messages: messages.length, passages: 0 },
    state: {
      from: 1,
      tokenRatio: 1,
      pressureTold: false,
      learnedWindow: null,
      ranOn: null,
      summariesFrom: 1,
      summary: null,
    },
    history: messages,
    now: Date.parse(messages.at(-1)?.createdAt ?? at),
    speakNow: null,
    repeats: 0,
    calls: [],
  }
}
