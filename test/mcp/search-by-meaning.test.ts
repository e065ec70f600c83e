import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toUnitLength } from '../../src/core/unit-length.ts'
import { embeddings } from '../support/scripted-embeddings.ts'
import { callTool, fail, hang, say } from '../support/scripted-provider.ts'
import { openVectorWriter, type VectorWriter } from '../support/vectors.ts'
import { ON_FILE, type RealServer, startRealServer } from './real-server.ts'

const HANDLE = 'openai/meanings'

/** Words that mean the same have one direction. */
const MEANINGS = [
  ['dog', 'hound', 'puppy'],
  ['sleeps', 'napping'],
  ['boat', 'vessel'],
  ['repaired', 'mended'],
  ['wedding', 'marriage'],
  ['cellar', 'basement'],
]

function vectorOf(text: string): readonly number[] {
  const words: readonly string[] = text.toLowerCase().match(/\p{L}+/gu) ?? []
  const meant = MEANINGS.map((same) => (same.some((word) => words.includes(word)) ? 1 : 0))
  // Whatever a text says, a little of it is in every vector.
  return [...meant, 0.1]
}

const PASSAGES = [
  'The hound sleeps by the stove.',
  'A vessel was mended at the harbour.',
  'Their wedding was in June.',
  'Wine is kept in the cellar.',
]

let server: RealServer
let writer: VectorWriter
let passages: readonly string[]
beforeEach(async () => {
  server = await startRealServer(['core'], ON_FILE)
  writer = openVectorWriter(server.path)
  server.provider.respondWith((body) => embeddings(body, { vectorOf }))
  const { agent } = await server.answer('create_agent', { name: 'Ada' })
  await server.client.call('insert_archival', { agent: 'Ada', text: 'unembedded' })
  const inserted = await server.answer('insert_archival', { agent: 'Ada', texts: PASSAGES })
  passages = inserted.passages.map(({ id }: { id: string }) => id)
  const owner = writer.archiveOf(agent.id)
  const set = await writer.addSet({ kind: 'archive', owner, handle: HANDLE, dimension: 7 })
  const rows = writer.rowsOf('passage', passages)
  await writer.put(
    set,
    rows.map((row, index) => [row, unit(vectorOf(PASSAGES[index] ?? ''))]),
  )
})
afterEach(async () => {
  await writer.close()
  await server.close()
})

function unit(components: readonly number[]): Float32Array {
  return toUnitLength(components) ?? new Float32Array(components.length)
}

const search = (query: string, more: object = {}) =>
  server.answer('search_archival', { agent: 'Ada', query, ...more })

describe('a search by meaning', () => {
  it.each([
    ['Where is my puppy napping?', 0],
    ['Who repaired our boat?', 1],
    ['When did the marriage happen?', 2],
    ['What lies down in the basement?', 3],
  ])('finds for "%s" the passage that shares no word with it', async (question, index) => {
    const { passages: found, warnings } = await search(question)
    expect(found[0]).toMatchObject({ id: passages[index], found_by: 'vector' })
    expect(warnings).toBeUndefined()
  })

  it('says for each result what found it', async () => {
    const { passages: found } = await search('unembedded hound')
    const foundBy = Object.fromEntries(
      found.map((one: { text: string; found_by: string }) => [one.text, one.found_by]),
    )
    expect(foundBy).toMatchObject({ [PASSAGES[0] ?? '']: 'both', unembedded: 'keyword' })
  })

  it('gives every passage once from page to page, and embeds the question once', async () => {
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await search('puppy vessel cellar', { limit: 1, ...(cursor && { cursor }) })
      found.push(...page.passages.map(({ id }: { id: string }) => id))
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect([...found].sort()).toEqual([...passages].sort())
    expect(server.provider.embeddingRequests).toHaveLength(1)
    expect(server.provider.embeddingRequests[0]?.body.input).toEqual(['puppy vessel cellar'])
  })

  it('finds no passage that was deleted, nor one that a filter leaves out', async () => {
    await server.answer('delete_archival', { agent: 'Ada', passage_id: passages[0] })
    const { passages: found } = await search('puppy')
    expect(found.map(({ id }: { id: string }) => id)).not.toContain(passages[0])
    expect((await search('puppy', { tags: ['none'] })).passages).toEqual([])
    expect((await search('puppy', { before: '2001-01-01' })).passages).toEqual([])
  })
})

describe('when the query cannot be embedded, a search', () => {
  it.each([
    ['refuses', () => fail(401), /embed.*401|embed.*key/is],
    ['does not answer', hang, /did not answer within 2 seconds/],
    [
      'returns vectors of another dimension',
      () => embeddings({ model: 'meanings', input: ['x'] }, { vectorOf: () => [1, 0] }),
      /another dimension/,
    ],
    [
      'gives vectors of no use',
      () => embeddings({ model: 'meanings', input: ['x'] }, { vectorOf: () => [0, 0, 0] }),
      /Keyword results only/,
    ],
  ])('answers by words and says so: the endpoint %s', async (_what, respond, said) => {
    server.provider.respondWith(respond)
    const { passages: found, warnings } = await search('hound')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ id: passages[0], found_by: 'keyword' })
    expect(warnings).toEqual([expect.stringMatching(said)])
    expect(warnings[0]).toMatch(/^Keyword results only/)
    expect(JSON.stringify(warnings)).not.toContain('sk-test-key')
  })

  it('does not mention it without a query, and retries with the next query', async () => {
    server.provider.respondWith(() => fail(500))
    expect(await server.answer('search_archival', { agent: 'Ada' })).not.toHaveProperty('warnings')
    expect((await search('hound')).warnings).toHaveLength(1)
    server.provider.respondWith((body) => embeddings(body, { vectorOf }))
    const { passages: found, warnings } = await search('hound')
    expect(warnings).toBeUndefined()
    expect(found[0]).toMatchObject({ id: passages[0], found_by: 'both' })
  })

  it('tells the agent that searches, too', async () => {
    server.provider.respondWith((body) => ('input' in body ? fail(500) : say('Done.')))
    server.provider.enqueue(
      callTool('archival_memory_search', { query: 'hound', request_heartbeat: true }),
      callTool('send_message', { message: 'I looked.' }),
    )
    await server.answer('send_message', { agent: 'Ada', message: 'Where is the hound?' })
    const [, second] = server.provider.requests
    const result = second?.body.messages.find(({ role }: { role: string }) => role === 'tool')
    expect(result.content).toContain('Keyword results only')
  })
})

describe('the conversation', () => {
  it('is found by meaning where messages are embedded', async () => {
    server.provider.enqueue(say('So it does.'))
    await server.answer('send_message', { agent: 'Ada', message: 'Our hound sleeps a lot.' })
    const { messages } = await server.answer('search_conversation', { agent: 'Ada' })
    const said = messages.find(({ role }: { role: string }) => role === 'user')
    const { agent } = await server.answer('get_agent', { agent: 'Ada' })
    const set = await writer.addSet({
      kind: 'agent',
      owner: agent.id,
      handle: HANDLE,
      dimension: 7,
    })
    const [row = 0] = writer.rowsOf('message', [said.id])
    await writer.put(set, [[row, unit(vectorOf(said.text))]])
    const found = await server.answer('search_conversation', {
      agent: 'Ada',
      query: 'napping puppy',
    })
    expect(found.messages).toMatchObject([{ id: said.id, found_by: 'vector' }])
    const others = { agent: 'Ada', query: 'napping puppy', roles: ['assistant'] }
    expect((await server.answer('search_conversation', others)).messages).toEqual([])
  })
})
