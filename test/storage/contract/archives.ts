import { expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId, type PassageId } from '../../../src/core/ids.ts'
import type { NewPassage } from '../../../src/storage/port/store.ts'
import {
  at,
  insertAgent,
  insertArchive,
  insertPassages,
  someArchive,
  somePassage,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function archiveContract(subject: Subject): void {
  const attach = (agentId: AgentId, id: ArchiveId, isDefault: boolean) =>
    subject.store.transaction((tx) => tx.archives.attach(agentId, id, isDefault, at()))
  const detach = (agentId: AgentId, id: ArchiveId) =>
    subject.store.transaction((tx) => tx.archives.detach(agentId, id, at()))

  async function passagesIn(
    archiveId: ArchiveId,
    passages: readonly Partial<NewPassage>[],
  ): Promise<readonly PassageId[]> {
    const inserted = await insertPassages(subject.store, archiveId, passages)
    return inserted.map(({ id }) => id)
  }

  async function texts(agentId: AgentId, search: object = {}): Promise<readonly string[]> {
    const { items } = await subject.store.passages.search(agentId, { limit: 50, ...search })
    return items.map(({ item }) => item.text).sort()
  }

  test('an archive comes back as it was made, and says which agents have it', async () => {
    const { archives } = subject.store
    const archive = someArchive({ name: 'Handbook', description: 'What we know' })
    await subject.store.transaction((tx) => tx.archives.create(archive))
    const stored = { ...archive, folder: null, passages: 0, superseded: 0, found: 0 }
    expect(await archives.get(archive.id)).toEqual(stored)
    expect(await archives.agentsOf(archive.id)).toEqual([])
    expect(await archives.get(newId('archive'))).toBeUndefined()

    const [ada, bea] = [await insertAgent(subject.store), await insertAgent(subject.store)]
    await attach(ada.id, archive.id, true)
    await attach(bea.id, archive.id, false)
    const holders = await archives.agentsOf(archive.id)
    expect(new Set(holders)).toEqual(
      new Set([
        { agentId: ada.id, isDefault: true },
        { agentId: bea.id, isDefault: false },
      ]),
    )
    expect(await archives.defaultOf(ada.id)).toBe(archive.id)
    expect(await archives.defaultOf(bea.id)).toBeUndefined()
  })

  test('an agent has one default, and it can be another', async () => {
    const { archives } = subject.store
    const { id } = await insertAgent(subject.store)
    const first = await insertArchive(subject.store, id)
    const second = await insertArchive(subject.store, id)
    expect(await archives.defaultOf(id)).toBe(second)
    expect(await archives.agentsOf(first)).toEqual([{ agentId: id, isDefault: false }])
    await attach(id, first, true)
    expect(await archives.defaultOf(id)).toBe(first)
    await attach(id, first, false)
    expect(await archives.defaultOf(id)).toBeUndefined()
  })

  test('a detached archive is kept with what is in it, and can be attached again', async () => {
    const { archives } = subject.store
    const { id } = await insertAgent(subject.store)
    const archiveId = await insertArchive(subject.store, id)
    await passagesIn(archiveId, [{ text: 'tea' }])
    expect(await detach(id, archiveId)).toBe(true)
    expect(await detach(id, archiveId)).toBe(false)
    expect(await texts(id, { query: 'tea' })).toEqual([])
    expect(await archives.defaultOf(id)).toBeUndefined()
    expect(await archives.get(archiveId)).toMatchObject({ passages: 1 })
    await attach(id, archiveId, false)
    expect(await texts(id, { query: 'tea' })).toEqual(['tea'])
  })

  test('passages in a shared archive are found by its agents and by no other', async () => {
    const [ada, bea, cid] = await Promise.all([1, 2, 3].map(() => insertAgent(subject.store)))
    if (!ada || !bea || !cid) throw new Error('no agents')
    const shared = await insertArchive(subject.store, ada.id)
    const own = await insertArchive(subject.store, cid.id)
    await attach(bea.id, shared, false)
    await passagesIn(shared, [{ text: 'shared tea', tags: ['t'], createdAt: at(1) }])
    await passagesIn(own, [{ text: 'own tea', tags: ['t'], createdAt: at(1) }])
    for (const filter of [{}, { query: 'tea' }, { tags: ['t'] }, { query: 'tea', after: at(1) }]) {
      expect(await texts(ada.id, filter)).toEqual(['shared tea'])
      expect(await texts(bea.id, filter)).toEqual(['shared tea'])
      expect(await texts(cid.id, filter)).toEqual(['own tea'])
    }
    await subject.store.transaction((tx) => tx.agents.delete(ada.id, at()))
    expect(await texts(bea.id, { query: 'tea' })).toEqual(['shared tea'])
  })

  test.each([undefined, 'tea'])(
    'a search can be kept to one archive that the agent has (query: %s)',
    async (query) => {
      const { id } = await insertAgent(subject.store)
      const other = await insertAgent(subject.store)
      const [first, second] = [
        await insertArchive(subject.store, id),
        await insertArchive(subject.store, id),
      ]
      const foreign = await insertArchive(subject.store, other.id)
      await passagesIn(first, [{ text: 'first tea' }])
      await passagesIn(second, [{ text: 'second tea' }])
      await passagesIn(foreign, [{ text: 'foreign tea' }])
      expect(await texts(id, { query })).toEqual(['first tea', 'second tea'])
      expect(await texts(id, { query, archiveId: first })).toEqual(['first tea'])
      expect(await texts(id, { query, archiveId: foreign })).toEqual([])
    },
  )

  test('archives are listed newest first, all or those of an agent, page by page', async () => {
    const { archives } = subject.store
    const { id } = await insertAgent(subject.store)
    const ids: ArchiveId[] = []
    for (const second of [1, 2, 2, 3, 4]) {
      const archive = someArchive({ createdAt: at(second) })
      await subject.store.transaction((tx) => tx.archives.create(archive))
      if (second !== 4) await attach(id, archive.id, false)
      ids.push(archive.id)
    }
    expect((await archives.list({ limit: 9 })).items).toHaveLength(5)
    for (const limit of [1, 2, 3, 9]) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await archives.list({ agentId: id, limit, cursor })
        seen.push(...page.items.map((archive) => archive.id))
        cursor = page.nextCursor
      } while (cursor)
      expect(new Set(seen)).toEqual(new Set(ids.slice(0, 4)))
      expect(seen).toHaveLength(4)
      expect([seen[0], seen[3]]).toEqual([ids[3], ids[0]])
    }
  })

  test('counts follow what is inserted, superseded, found and deleted', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    await insertArchive(store, (await insertAgent(store)).id)
    const counts = async () => {
      const own = await store.archives.counts(id)
      expect(await store.archives.get(archiveId)).toMatchObject(own)
      expect(await store.archives.counts()).toEqual(own)
      return [own.passages, own.superseded, own.found]
    }
    expect(await counts()).toEqual([0, 0, 0])
    const [a, b, c] = await passagesIn(archiveId, [{ text: 'a' }, { text: 'b' }, { text: 'c' }])
    if (!a || !b || !c) throw new Error('no passages')
    expect(await counts()).toEqual([3, 0, 0])
    const find = (...ids: readonly PassageId[]) =>
      store.transaction((tx) => tx.passages.recordFound(id, ids, at(5)))
    await find(a, b)
    await find(b)
    expect(await counts()).toEqual([3, 0, 2])
    expect(await store.passages.find(b)).toMatchObject({ foundCount: 2, lastFoundAt: at(5) })
    expect(await store.passages.find(c)).toMatchObject({ foundCount: 0, lastFoundAt: null })
    const supersede = (old: PassageId, by: PassageId) =>
      store.transaction((tx) => tx.passages.supersede(id, old, by, at()))
    expect(await supersede(a, b)).toBe(true)
    expect(await supersede(a, c)).toBe(false)
    expect(await supersede(b, c)).toBe(true)
    expect(await counts()).toEqual([3, 2, 2])
    const remove = (old: PassageId) => store.transaction((tx) => tx.passages.delete(id, old, at()))
    await remove(b)
    expect(await store.passages.find(a)).toMatchObject({ supersededBy: c })
    expect(await counts()).toEqual([2, 1, 1])
    await remove(c)
    expect(await store.passages.find(a)).toMatchObject({ supersededBy: null })
    expect(await texts(id, { query: 'a' })).toEqual(['a'])
    expect(await counts()).toEqual([1, 0, 1])
    await remove(a)
    expect(await counts()).toEqual([0, 0, 0])
  })

  test('a superseded passage becomes current again when it is inserted again', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const [green, blue] = await passagesIn(archiveId, [{ text: 'green' }, { text: 'blue' }])
    if (!green || !blue) throw new Error('no passages')
    await store.transaction((tx) => tx.passages.supersede(id, green, blue, at()))
    expect(await texts(id, { query: 'green blue' })).toEqual(['blue'])
    expect(await texts(id, { query: 'green blue', includeSuperseded: true })).toHaveLength(2)
    expect(await passagesIn(archiveId, [{ text: 'green' }])).toEqual([green])
    expect(await texts(id, { query: 'green blue' })).toEqual(['blue', 'green'])
    await store.transaction((tx) => tx.passages.supersede(id, blue, green, at()))
    expect(await texts(id, { query: 'green blue' })).toEqual(['green'])
    expect(await store.archives.counts(id)).toMatchObject({ passages: 2, superseded: 1 })
  })

  test('a passage is not superseded by one of another archive', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const [one] = await passagesIn(await insertArchive(store, id), [{ text: 'one' }])
    const [two] = await passagesIn(await insertArchive(store, id), [{ text: 'two' }])
    if (!one || !two) throw new Error('no passages')
    expect(await store.transaction((tx) => tx.passages.supersede(id, one, two, at()))).toBe(false)
    expect(await texts(id)).toEqual(['one', 'two'])
  })

  test('alike are current passages of the agent that share rare words, the most first', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const foreign = await insertArchive(store, other.id)
    await passagesIn(foreign, [{ text: 'the kettle whistles' }])
    const [, , old, young] = await passagesIn(archiveId, [
      { text: 'the kettle' },
      { text: 'the kettle whistles' },
      { text: 'a kettle whistles no more' },
      { text: 'a kettle is silent' },
      { text: 'nothing of it' },
    ])
    if (!old || !young) throw new Error('no passages')
    await store.transaction((tx) => tx.passages.supersede(id, old, young, at()))
    const alike = async (stems: readonly string[], limit = 9) =>
      (await store.passages.alike(id, stems, limit)).map(({ text }) => text)
    expect(await alike(['kettl', 'whistl', 'xylophon'])).toEqual([
      'the kettle whistles',
      'a kettle is silent',
      'the kettle',
    ])
    expect(await alike(['kettl', 'whistl'], 1)).toEqual(['the kettle whistles'])
    expect(await alike(['xylophon'])).toEqual([])
    expect(await alike([])).toEqual([])
    expect(await store.passages.alike(newId('agent'), ['kettl'], 9)).toEqual([])
  })

  test('a word in very many passages leads to none of them', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const many = Array.from({ length: 600 }, (_, index) =>
      somePassage(archiveId, { text: index === 7 ? 'tea with a samovar' : `tea ${index}` }),
    )
    await store.transaction((tx) => tx.passages.insert(many, at()))
    const alike = await store.passages.alike(id, ['tea', 'samovar'], 9)
    expect(alike.map(({ text }) => text)).toEqual(['tea with a samovar'])
  })
}
