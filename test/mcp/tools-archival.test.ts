import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
beforeEach(async () => {
  server = await startRealServer()
})
afterEach(() => server.close())

describe('archival memory', () => {
  beforeEach(() => server.answer('create_agent', { name: 'Ada' }))

  const textsOf = async (args: object) => {
    const { passages } = await server.answer('search_archival', { agent: 'Ada', ...args })
    return passages.map(({ text }: { readonly text: string }) => text)
  }

  it('hides a passage once it has expired, and brings it back when it is inserted again', async () => {
    const insert = (text: string, more: object) =>
      server.answer('insert_archival', { agent: 'Ada', text, ...more })
    await insert('The parking code is 1234.', { expires_at: '2020-01-01' })
    await insert('The parking lot is small.', { expires_at: '2999-01-01' })
    for (const query of ['parking', undefined]) {
      expect(await textsOf({ query })).toEqual(['The parking lot is small.'])
      expect(await textsOf({ query, include_superseded: true })).toHaveLength(2)
    }
    const again = await insert('The parking code is 1234.', {})
    expect(again.passages[0].duplicate).toBe(true)
    expect(await textsOf({ query: 'parking code' })).toHaveLength(2)
  })

  it('answers as of a day, with what was true then', async () => {
    const insert = (text: string, created_at: string, more: object = {}) =>
      server.answer('insert_archival', { agent: 'Ada', text, created_at, ...more })
    const { passages } = await insert('Mia lives in Bonn.', '2025-03-01')
    await insert('Mia lives in Kiel.', '2025-09-01', { supersedes: passages[0].id })
    await insert('Mia lives alone.', '2026-01-01')
    for (const query of ['Where does Mia live?', undefined]) {
      expect(await textsOf({ query, as_of: '2025-05-31' })).toEqual(['Mia lives in Bonn.'])
      expect(await textsOf({ query, as_of: '2025-10-01' })).toEqual(['Mia lives in Kiel.'])
      expect(await textsOf({ query, as_of: '2025-02-28' })).toEqual([])
      expect((await textsOf({ query })).sort()).toEqual(['Mia lives alone.', 'Mia lives in Kiel.'])
    }
  })

  it('is inserted, found and deleted', async () => {
    const inserted = await server.answer('insert_archival', {
      agent: 'Ada',
      texts: [
        'The loom was built in Lyon.',
        'Tea is brewed at 80 degrees.',
        '東京は日本の首都です。',
      ],
      tags: ['facts'],
      source: 'book',
      created_at: '2026-02-03',
    })
    expect(inserted.count).toBe(3)
    expect(inserted.passages[0]).toMatchObject({ duplicate: false })
    const again = await server.answer('insert_archival', {
      agent: 'Ada',
      text: 'The loom was built in Lyon.',
      source: 'book',
    })
    expect(again.passages[0]).toMatchObject({ id: inserted.passages[0].id, duplicate: true })

    const found = await server.answer('search_archival', {
      agent: 'Ada',
      query: 'who built the loom',
    })
    expect(found.passages[0]).toMatchObject({
      text: 'The loom was built in Lyon.',
      tags: ['facts'],
      source: 'book',
      created_at: '2026-02-03T00:00:00.000Z',
      found_by: 'keyword',
      score: expect.any(Number),
    })
    const cjk = await server.answer('search_archival', { agent: 'Ada', query: '首都' })
    expect(cjk.passages).toHaveLength(1)
    const dated = { agent: 'Ada', after: '2026-02-03', before: '2026-02-03' }
    expect((await server.answer('search_archival', dated)).passages).toHaveLength(3)
    const uri = `recollect://passages/${inserted.passages[1].id}`
    expect(JSON.parse((await server.client.read(uri)).text).passages[0].text).toMatch(/^Tea/)

    const passage_id = inserted.passages[1].id
    const deleted = await server.answer('delete_archival', { agent: 'Ada', passage_id })
    expect(deleted).toEqual({ deleted: true, passage_id })
    expect(await server.refusal('delete_archival', { agent: 'Ada', passage_id })).toMatchObject({
      code: 'not_found',
    })
  })

  it('takes either text or texts, and dates that are dates', async () => {
    for (const wrong of [
      {},
      { texts: [] },
      { text: 'a', texts: ['b'] },
      { text: 'a', created_at: 'x' },
    ]) {
      const { code } = await server.refusal('insert_archival', { agent: 'Ada', ...wrong })
      expect(code).toBe('invalid_argument')
    }
    const { code } = await server.refusal('search_archival', { agent: 'Ada', after: 'yesterday' })
    expect(code).toBe('invalid_argument')
  })

  it('comes in pages that fit and lead on to everything', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `Note ${index} ${'loom '.repeat(300)}`)
    await server.answer('insert_archival', { agent: 'Ada', texts })
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await server.answer('search_archival', {
        agent: 'Ada',
        query: 'loom',
        limit: 50,
        ...(cursor !== undefined && { cursor }),
      })
      for (const { id } of page.passages) seen.add(id)
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(seen.size).toBe(60)
  })

  it('with a passage too long for one answer is read piece by piece', async () => {
    const text = `loom ${'"quoted" '.repeat(9_000)}`
    await server.answer('insert_archival', { agent: 'Ada', text })
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const { passages } = await server.answer('search_archival', {
        agent: 'Ada',
        query: 'loom',
        offset,
      })
      read += passages[0].text
      offset = passages[0].next_offset
    }
    expect(read).toBe(text)
  })
})
