import { afterAll, beforeAll, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Why something was found, and what would leave the context. */

let server: RealServer
beforeAll(async () => {
  server = await startRealServer(['core', 'admin'])
  await server.answer('create_agent', { name: 'Ada' })
})
afterAll(() => server.close())

it('a search says which words it found, what each adds, what is nearby, and which filters it passed', async () => {
  await server.answer('insert_archival', {
    agent: 'Ada',
    texts: ['The ferry to Iona leaves at nine.', 'Bring a coat for the crossing.'],
    source: 'trip.md',
    created_at: '2026-03-31',
  })
  await server.answer('insert_archival', { agent: 'Ada', text: 'The bus leaves at ten.' })
  const asked = { agent: 'Ada', query: 'ferry leaves in March 2026', after: '2026-01-01' }
  const { passages } = await server.answer('search_archival', { ...asked, explain: true })
  const [first] = passages
  expect(first.text).toContain('Iona')
  expect(first.why).toMatchObject({
    keyword_rank: 1,
    names_speaker: false,
    filters: ['after'],
    words: [
      { word: 'ferri', times: 1, nearby: 0 },
      { word: 'leav / left / leaf', times: 1, nearby: 0 },
    ],
  })
  const [ferry, leaves] = first.why.words
  expect(ferry.rarity).toBeGreaterThan(leaves.rarity)
  expect(ferry.score + leaves.score).toBeCloseTo(first.why.words_score, 2)
  expect(first.why.date_boost).toBeGreaterThan(0)
  const { words_score, source_boost, date_boost, later_boost } = first.why
  expect(words_score + source_boost + date_boost + later_boost).toBeCloseTo(first.score, 2)

  const plain = await server.answer('search_archival', asked)
  expect(plain.passages.every((passage: object) => !('why' in passage))).toBe(true)
})

it('a search of the conversation explains itself as well, with words of neighbours', async () => {
  for (const [message, reply] of [
    ['Where is the lighthouse?', 'On the northern cape.'],
    ['And the harbour?', 'Behind the cape, near the lighthouse.'],
  ] as const) {
    server.provider.enqueue(callTool('send_message', { message: reply }))
    await server.answer('send_message', { agent: 'Ada', message })
  }
  const { messages } = await server.answer('search_conversation', {
    agent: 'Ada',
    query: 'cape lighthouse',
    roles: ['assistant'],
    explain: true,
  })
  expect(messages[0].why).toMatchObject({ filters: ['roles'], keyword_rank: 1 })
  const north = messages.find(({ text }: { text: string }) => text.includes('northern'))
  const words = Object.fromEntries(
    north.why.words.map((each: { word: string }) => [each.word, each]),
  )
  expect(words.cape.times).toBe(1)
  expect(words.lighthous).toMatchObject({ times: 0 })
  expect(words.lighthous.nearby).toBeGreaterThan(0)
})

it('the context says what leaves next, and what would in a smaller window', async () => {
  for (let number = 1; number <= 6; number += 1) {
    server.provider.enqueue(callTool('send_message', { message: `Noted ${number}.` }))
    await server.answer('send_message', {
      agent: 'Ada',
      message: `${number}: ${'long '.repeat(400)}`,
    })
  }
  const now = await server.answer('inspect_context', { agent: 'Ada' })
  expect(now.total_tokens).toBeLessThan(now.compacts_at)
  const small = await server.answer('inspect_context', { agent: 'Ada', context_window: 5_000 })
  expect(small.context_window).toBe(5_000)
  expect(small.next_evicted).toBeGreaterThan(now.next_evicted)
  expect(small.evicts[0]).toMatchObject({ role: 'user', text: 'Where is the lighthouse?' })
  expect(small.evicts).toHaveLength(small.next_evicted)
  const tokens = small.evicts.reduce(
    (sum: number, each: { tokens: number }) => sum + each.tokens,
    0,
  )
  expect(small.next_evicted_tokens).toBe(tokens)
  const { agent } = await server.answer('get_agent', { agent: 'Ada' })
  expect(agent.context_window).not.toBe(5_000)

  server.provider.enqueue({
    kind: 'message',
    text: 'They asked where the lighthouse is.',
    toolCalls: [],
    options: {},
  })
  await server.answer('update_agent', { agent: 'Ada', context_window: 5_000 })
  await server.answer('compact_context', { agent: 'Ada' })
  const { summary } = await server.answer('inspect_context', { agent: 'Ada' })
  expect(summary).toMatchObject({ text: 'They asked where the lighthouse is.', method: 'model' })
  expect(summary.messages).toBeGreaterThan(2)
})
