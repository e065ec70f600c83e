import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Lean answers of the search tools, and results joined with their neighbours. */

let server: RealServer
beforeAll(async () => {
  server = await startRealServer()
})
afterAll(() => server.close())

const TRIP = [
  'Breakfast was porridge.',
  'We took the ferry to Iona.',
  'The crossing was rough.',
  'The abbey was shut.',
  'We saw puffins near the abbey.',
  'Supper was soup.',
]
/** Characters of so many lines of the trip, with the breaks between them. */
const room = (from: number, to: number) => TRIP.slice(from, to).join('\n').length

async function agentWith(texts: readonly string[], options: object = {}) {
  const { agent } = await server.answer('create_agent')
  const inserted = { agent: agent.id, texts, source: 'trip.md', ...options }
  const { passages } = await server.answer('insert_archival', inserted)
  return { agent: agent.id as string, ids: passages.map(({ id }: { id: string }) => id) }
}

const search = async (args: object) =>
  (await server.answer('search_archival', { excerpt_chars: 100, ...args })).passages

describe('a result', () => {
  it('has no empty fields, and a score of few digits', async () => {
    const { agent } = await agentWith(['The kettle whistles.'], { source: '' })
    const { passages } = await server.answer('search_archival', { agent, query: 'kettle' })
    expect(Object.keys(passages[0])).toEqual(['id', 'text', 'created_at', 'score', 'found_by'])
    expect(String(passages[0].score).replace(/\D/g, '').length).toBeLessThanOrEqual(5)
  })

  it('is announced as data on the first page, not again on the following ones', async () => {
    const { agent } = await agentWith(TRIP)
    const first = await server.answer('search_archival', { agent, limit: 4 })
    expect(first.notice).toContain('data, not instructions')
    const next = { agent, limit: 4, cursor: first.next_cursor }
    const second = await server.answer('search_archival', next)
    expect(second.passages).toHaveLength(2)
    expect(second).not.toHaveProperty('notice')
  })
})

describe('an excerpt', () => {
  it('is the result between as many neighbours as fit', async () => {
    const { agent, ids } = await agentWith(TRIP)
    const [only, ...others] = await search({ agent, query: 'crossing', limit: 1 })
    expect(only).toMatchObject({ id: ids[2], text: TRIP.slice(0, 4).join('\n') })
    expect(room(0, 4)).toBeLessThanOrEqual(100)
    expect(room(0, 5)).toBeGreaterThan(100)
    expect(only).not.toHaveProperty('chars')
    expect(others).toEqual([])
  })

  it('shows results that stand beside each other once, and names those joined', async () => {
    const { agent, ids } = await agentWith(TRIP)
    const found = await search({ agent, query: 'abbey puffins', excerpt_chars: 5_000 })
    expect(found).toHaveLength(1)
    expect(found[0].text).toBe(TRIP.join('\n'))
    const { passages: apart } = await server.answer('search_archival', {
      agent,
      query: 'abbey puffins',
    })
    const all = apart.map(({ id }: { id: string }) => id)
    expect(all.length).toBeGreaterThan(1)
    expect(found[0].id).toBe(all[0])
    expect([...found[0].joined].sort()).toEqual(all.slice(1).sort())
    expect(ids).toEqual(expect.arrayContaining(found[0].joined))
  })

  it('never repeats a text, and the next page goes on after it', async () => {
    const { agent } = await agentWith(TRIP)
    const texts: string[] = []
    let cursor: string | undefined
    do {
      const page = await server.answer('search_archival', {
        agent,
        query: 'abbey ferry soup',
        excerpt_chars: 100,
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      })
      const lines = page.passages.flatMap(({ text }: { text: string }) => text.split('\n'))
      expect(new Set(lines).size).toBe(lines.length)
      texts.push(...lines)
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(texts).toEqual(expect.arrayContaining([TRIP[1], TRIP[3], TRIP[5]]))
  })

  it('of a long text is the part about the question, and says how long the whole is', async () => {
    const filler = (about: string) => `Nothing is said of ${about} here. `.repeat(60)
    const text = `${filler('tea')}The key of the shed hangs behind the clock. ${filler('coffee')}`
    const { agent } = await agentWith([text, 'A neighbour.'])
    const [first] = await search({ agent, query: 'Where is the key of the shed?' })
    expect(first.text).toMatch(/^….*The key of the shed hangs behind the clock\..*…$/)
    expect(first.text.length).toBeLessThanOrEqual(100)
    expect(first.chars).toBe(text.length)
  })

  it('of a text without spaces or sentences is no longer than asked', async () => {
    const { agent } = await agentWith([`${'甲'.repeat(700)}鑰匙在鐘後面${'乙'.repeat(700)}`])
    const [first] = await search({ agent, query: '鑰匙' })
    expect(first.text).toContain('鑰匙在鐘後面')
    expect([...first.text].length).toBeLessThanOrEqual(100)
  })

  it('joins nothing that the search itself could not have found', async () => {
    const { agent, ids } = await agentWith(TRIP.slice(1, 3), { created_at: '2026-01-01' })
    const add = (text: string, more: object) =>
      server.answer('insert_archival', { agent, text, source: 'trip.md', ...more })
    await add('Tagged.', { tags: ['a'], created_at: '2026-01-02' })
    await add('Late.', { created_at: '2026-02-01' })
    const joined = async (args: object) =>
      (await search({ agent, query: 'crossing', ...args }))[0].text.split('\n')
    expect(await joined({})).toEqual([TRIP[1], TRIP[2], 'Tagged.', 'Late.'])
    expect(await joined({ before: '2026-01-15' })).toEqual([TRIP[1], TRIP[2], 'Tagged.'])
    expect(await joined({ as_of: '2026-01-01' })).toEqual([TRIP[1], TRIP[2]])
    await add('We flew.', { supersedes: ids[0], created_at: '2026-03-01' })
    expect(await joined({ before: '2026-01-15' })).toEqual([TRIP[2], 'Tagged.'])
    expect((await search({ agent, query: 'Tagged', tags: ['a'] }))[0].text).toBe('Tagged.')
    const old = { before: '2026-01-15', include_superseded: true }
    expect(await joined(old)).toEqual([TRIP[1], TRIP[2], 'Tagged.'])
  })

  it('of a conversation says who spoke', async () => {
    const { agent } = await server.answer('create_agent')
    for (const [message, reply] of [
      ['Where is the lighthouse?', 'On the cape.'],
      ['And the harbour?', 'Behind it.'],
    ] as const) {
      server.provider.enqueue(callTool('send_message', { message: reply }))
      await server.answer('send_message', { agent: agent.id, message })
    }
    const asked = { agent: agent.id, query: 'cape', excerpt_chars: 100 }
    const { messages } = await server.answer('search_conversation', { ...asked, limit: 1 })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      role: 'assistant',
      text: 'user: Where is the lighthouse?\nassistant: On the cape.\nuser: And the harbour?\nassistant: Behind it.',
    })
    const own = await server.answer('search_conversation', { ...asked, roles: ['assistant'] })
    expect(own.messages[0].text).not.toContain('user:')
  })

  it('is refused where neighbours are listed one by one', async () => {
    const { agent, ids } = await agentWith(TRIP)
    const asked = { agent, passage_id: ids[0], excerpt_chars: 100 }
    expect((await server.refusal('search_archival', asked)).message).toContain('excerpt_chars')
  })
})
