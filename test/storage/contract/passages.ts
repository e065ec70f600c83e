import { expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId, type PassageId } from '../../../src/core/ids.ts'
import type { PassageSearch } from '../../../src/storage/port/store.ts'
import {
  at,
  insertAgent,
  insertArchive,
  insertPassages,
  somePassage,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function passageContract(subject: Subject): void {
  async function agentWithArchive(): Promise<{ agentId: AgentId; archiveId: ArchiveId }> {
    const { id } = await insertAgent(subject.store)
    return { agentId: id, archiveId: await insertArchive(subject.store, id) }
  }

  async function texts(agentId: AgentId, search: Partial<PassageSearch>) {
    const { items } = await subject.store.passages.search(agentId, { limit: 50, ...search })
    return items.map(({ item }) => item.text)
  }

  test('a passage is found by its id, for an agent only in its own archives', async () => {
    const { store } = subject
    const { agentId, archiveId } = await agentWithArchive()
    const other = await agentWithArchive()
    const without = await insertAgent(store)
    const [{ id } = { id: newId('passage') }] = await insertPassages(store, archiveId, [{}])
    expect(await store.passages.find(id)).toMatchObject({ id, archiveId })
    expect(await store.passages.find(id, agentId)).toMatchObject({ id, archiveId })
    expect(await store.passages.find(id, other.agentId)).toBeUndefined()
    expect(await store.passages.find(id, without.id)).toBeUndefined()
  })

  test('an agent has no archive before the first is made, which is then its default', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    expect(await store.archives.defaultOf(id)).toBeUndefined()
    expect(await store.passages.search(id, { limit: 5 })).toEqual({ items: [] })
    expect(await store.passages.search(id, { limit: 5, query: 'tea' })).toEqual({ items: [] })
    const archiveId = await insertArchive(store, id)
    expect(await store.archives.defaultOf(id)).toBe(archiveId)
    expect((await store.archives.agentsOf(archiveId)).map((holder) => holder.agentId)).toEqual([id])
  })

  test('a passage comes back as it was inserted', async () => {
    const { store } = subject
    const { agentId, archiveId } = await agentWithArchive()
    const passage = somePassage(archiveId, {
      text: 'Line 1\nLine 2 "quoted" 🍵',
      tags: ['drinks', 'tea'],
      source: 'notes.md',
      createdAt: at(-1_000),
    })
    const [inserted] = await store.transaction((tx) => tx.passages.insert([passage], at()))
    expect(inserted).toEqual({ id: passage.id, createdAt: at(-1_000), duplicate: false })
    const stored = {
      ...passage,
      supersededBy: null,
      expiresAt: null,
      foundCount: 0,
      lastFoundAt: null,
    }
    expect(await store.passages.find(passage.id)).toEqual(stored)
    expect((await store.passages.search(agentId, { limit: 1 })).items).toEqual([{ item: stored }])
    expect(await store.passages.find(newId('passage'))).toBeUndefined()
  })

  test('the same text of the same source is stored once, with the tags of both', async () => {
    const { store } = subject
    const { agentId, archiveId } = await agentWithArchive()
    const [first, second] = await insertPassages(store, archiveId, [
      { text: 'tea', source: 's', tags: ['a', 'b'], createdAt: at(1) },
      { text: 'tea', source: 's', tags: ['b', 'c'], createdAt: at(2) },
    ])
    expect(second).toEqual({ id: first?.id, createdAt: at(1), duplicate: true })
    expect(first && (await store.passages.find(first.id))).toMatchObject({
      tags: ['a', 'b', 'c'],
      createdAt: at(1),
    })
    expect(await texts(agentId, { query: 'tea' })).toEqual(['tea'])
    expect(await texts(agentId, { tags: ['c'] })).toEqual(['tea'])
    expect(await store.agents.counts(agentId)).toMatchObject({ passages: 1 })
  })

  test('another source, archive or letter makes another passage', async () => {
    const { store } = subject
    const { archiveId } = await agentWithArchive()
    const { archiveId: other } = await agentWithArchive()
    const inserted = [
      ...(await insertPassages(store, archiveId, [
        { text: 'tea', source: '' },
        { text: 'tea', source: 's' },
        { text: 'Tea', source: '' },
        { text: 'ea', source: 't' },
        { text: 'stea', source: '' },
      ])),
      ...(await insertPassages(store, other, [{ text: 'tea', source: '' }])),
    ]
    expect(inserted.map(({ duplicate }) => duplicate)).toEqual(inserted.map(() => false))
  })

  test('a passage that was deleted is not found and can be inserted again', async () => {
    const { store } = subject
    const { agentId, archiveId } = await agentWithArchive()
    const [first] = await insertPassages(store, archiveId, [{ text: 'tea', tags: ['a'] }])
    const id = first?.id ?? newId('passage')
    expect(await store.transaction((tx) => tx.passages.delete(agentId, id, at()))).toBe(true)
    expect(await store.passages.find(id)).toBeUndefined()
    expect(await texts(agentId, { query: 'tea' })).toEqual([])
    expect(await texts(agentId, { tags: ['a'] })).toEqual([])
    expect(await store.transaction((tx) => tx.passages.delete(agentId, id, at()))).toBe(false)

    const [again] = await insertPassages(store, archiveId, [{ id, text: 'tea' }])
    expect(again).toMatchObject({ id, duplicate: false })
    expect(await store.passages.find(id)).toMatchObject({ tags: [] })
    expect(await texts(agentId, { query: 'tea' })).toEqual(['tea'])
  })

  test('an agent neither finds nor deletes what is in the archive of another', async () => {
    const { store } = subject
    const { archiveId } = await agentWithArchive()
    const other = await agentWithArchive()
    const [inserted] = await insertPassages(store, archiveId, [{ text: 'tea', tags: ['a'] }])
    const id = inserted?.id ?? newId('passage')
    expect(await texts(other.agentId, {})).toEqual([])
    expect(await texts(other.agentId, { query: 'tea' })).toEqual([])
    expect(await texts(other.agentId, { tags: ['a'] })).toEqual([])
    const deleted = await store.transaction((tx) => tx.passages.delete(other.agentId, id, at()))
    expect(deleted).toBe(false)
    expect(await store.passages.find(id)).toBeDefined()
  })

  test('many passages of others do not push an agent’s own out of its results', async () => {
    const { store } = subject
    const mine = await agentWithArchive()
    const other = await agentWithArchive()
    await insertPassages(store, mine.archiveId, [{ text: 'a long story in which tea is drunk' }])
    await insertPassages(
      store,
      other.archiveId,
      Array.from({ length: 30 }, (_, index) => ({ text: 'tea', source: `${index}` })),
    )
    expect(await texts(mine.agentId, { query: 'tea', limit: 2 })).toHaveLength(1)
  })

  async function tagged(): Promise<AgentId> {
    const { agentId, archiveId } = await agentWithArchive()
    await insertPassages(subject.store, archiveId, [
      { text: 'tea one', tags: ['a'], createdAt: at(1) },
      { text: 'tea two', tags: ['b'], createdAt: at(2) },
      { text: 'tea three', tags: ['a', 'b'], createdAt: at(3) },
      { text: 'tea four', tags: [], createdAt: at(4) },
    ])
    return agentId
  }

  test.each([undefined, 'tea'])('tags filter by any or by all (query: %s)', async (query) => {
    const id = await tagged()
    const sorted = async (search: Partial<PassageSearch>) =>
      [...(await texts(id, { query, ...search }))].sort()
    expect(await sorted({ tags: ['a'] })).toEqual(['tea one', 'tea three'])
    expect(await sorted({ tags: ['a', 'b'] })).toEqual(['tea one', 'tea three', 'tea two'])
    expect(await sorted({ tags: ['a', 'b'], matchAllTags: true })).toEqual(['tea three'])
    expect(await sorted({ tags: ['a', 'x'] })).toEqual(['tea one', 'tea three'])
    expect(await sorted({ tags: ['a', 'x'], matchAllTags: true })).toEqual([])
    expect(await sorted({ tags: [], matchAllTags: true })).toHaveLength(4)
    expect(await sorted({ tags: ['A'] })).toEqual([])
  })

  test.each([undefined, 'tea'])('bounds by date are inclusive (query: %s)', async (query) => {
    const id = await tagged()
    const sorted = async (search: Partial<PassageSearch>) =>
      [...(await texts(id, { query, ...search }))].sort()
    expect(await sorted({ after: at(3) })).toEqual(['tea four', 'tea three'])
    expect(await sorted({ before: at(2) })).toEqual(['tea one', 'tea two'])
    expect(await sorted({ after: at(2), before: at(2) })).toEqual(['tea two'])
    expect(await sorted({ after: at(3), before: at(2) })).toEqual([])
    expect(await sorted({ after: at(3), tags: ['b'] })).toEqual(['tea three'])
  })

  test('without a query the newest come first, by when they were true', async () => {
    const { agentId, archiveId } = await agentWithArchive()
    await insertPassages(subject.store, archiveId, [
      { text: 'middle', createdAt: at(2) },
      { text: 'newest', createdAt: at(3) },
      { text: 'oldest', createdAt: at(1) },
      { text: 'middle, told later', createdAt: at(2) },
    ])
    expect(await texts(agentId, {})).toEqual(['newest', 'middle, told later', 'middle', 'oldest'])
  })

  test.each([
    ['no filter', {}],
    ['a query', { query: 'tea' }],
    ['a query and a tag', { query: 'tea', tags: ['t'] }],
    ['a query and a date', { query: 'tea', after: at(0) }],
  ])('pages hold each passage once (%s)', async (_, search) => {
    const { store } = subject
    const { agentId, archiveId } = await agentWithArchive()
    const passages = Array.from({ length: 23 }, (_, index) => ({
      text: `tea${' tea'.repeat(index % 3)} number ${index}`,
      tags: ['t'],
      createdAt: at(index % 5),
    }))
    await insertPassages(store, archiveId, passages)
    const seen: PassageId[] = []
    let cursor: string | undefined
    do {
      const page = await store.passages.search(agentId, { ...search, limit: 5, cursor })
      if (page.nextCursor) expect(page.items).toHaveLength(5)
      seen.push(...page.items.map(({ item }) => item.id))
      cursor = page.nextCursor
    } while (cursor)
    expect(seen).toHaveLength(23)
    expect(new Set(seen).size).toBe(23)
    const atOnce = await store.passages.search(agentId, { ...search, limit: 23 })
    expect(atOnce.items.map(({ item }) => item.id)).toEqual(seen)
    expect(atOnce.nextCursor).toBeUndefined()
  })

  test.each([7, 60, 61, 100])(
    'long lists of hits are read once each in pages of %i while others insert',
    async (limit) => {
      const { store } = subject
      const { agentId, archiveId } = await agentWithArchive()
      const write = (count: number, start: number) =>
        insertPassages(
          store,
          archiveId,
          Array.from({ length: count }, (_, index) => ({
            text: `tea${' tea'.repeat(index % 4)} ${index % 3 === 0 ? 'kettle' : 'pot'} n${start + index}`,
          })),
        )
      await write(150, 0)
      const query = { query: 'kettle tea' }
      const atOnce = await store.passages.search(agentId, { ...query, limit: 200 })
      const seen: PassageId[] = []
      let cursor: string | undefined
      do {
        const page = await store.passages.search(agentId, { ...query, limit, cursor })
        seen.push(...page.items.map(({ item }) => item.id))
        cursor = page.nextCursor
        await write(5, 1_000 + 10 * seen.length)
      } while (cursor)
      expect(seen).toEqual(atOnce.items.map(({ item }) => item.id))
      expect(seen).toHaveLength(150)
    },
  )

  test('a made-up cursor is refused', async () => {
    const { agentId } = await agentWithArchive()
    const search = subject.store.passages.search(agentId, { limit: 5, cursor: 'made up' })
    await expect(search).rejects.toMatchObject({ code: 'invalid_argument' })
  })
}
