import { expect, test } from 'vitest'
import type { LoadedFile } from '../../../src/core/file.ts'
import { type ArchiveId, newId } from '../../../src/core/ids.ts'
import { at, insertAgent, insertArchive, insertPassages } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function fileContract(subject: Subject): void {
  const someFile = (archiveId: ArchiveId, name: string, more: Partial<LoadedFile> = {}) => ({
    ...{ id: newId('file'), archiveId, name, origin: '/notes', bytes: 10 },
    ...{ changedAt: at(), loadedAt: at(1), note: '', ...more },
  })

  test('a file that is put again keeps its id, and is there again', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const file = someFile(archiveId, 'a.md')
    await store.transaction((tx) => tx.files.put([file, someFile(archiveId, 'b.md')]))
    await store.transaction((tx) => tx.files.retire([file.id], at(2)))
    expect(await store.files.named(archiveId, 'a.md')).toEqual({ ...file, retiredAt: at(2) })
    const page = { after: 0, limit: 10 }
    expect(await store.files.ofOrigin(id, '/notes', page)).toMatchObject([{ name: 'b.md' }])
    await store.transaction((tx) =>
      tx.files.put([someFile(archiveId, 'a.md', { bytes: 3_000_000_000 })]),
    )
    const found = await store.files.ofOrigin(archiveId, '/notes', page)
    expect(found.map(({ name }) => name)).toEqual(['a.md', 'b.md'])
    expect(found[0]).toMatchObject({ id: file.id, bytes: 2_000_000_000, retiredAt: null })
    expect(await store.files.ofOrigin(id, '/other', page)).toEqual([])
    expect(await subject.storage.in('other').files.ofOrigin(archiveId, '/notes', page)).toEqual([])
  })

  test('files are listed in pages, by name, or by a part of it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const names = ['Alpha_1.md', 'beta.md', 'Gamma%.md']
    await store.transaction((tx) =>
      tx.files.put(names.map((name) => someFile(archiveId, name, { origin: '' }))),
    )
    const list = async (filter: object) =>
      (await store.files.list(id, { after: 0, limit: 10, ...filter })).map(({ name }) => name)
    expect(await list({})).toEqual(names)
    expect(await list({ query: 'ALPHA_' })).toEqual(['Alpha_1.md'])
    expect(await list({ query: '%' })).toEqual(['Gamma%.md'])
    expect(await list({ name: 'beta.md' })).toEqual(['beta.md'])
    const [first] = await store.files.list(id, { after: 0, limit: 1 })
    expect(await list({ after: first?.row })).toEqual(names.slice(1))
    expect(await store.files.list(newId('agent'), { after: 0, limit: 10 })).toEqual([])
  })

  test('files go with their archive', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    await store.transaction((tx) => tx.files.put([someFile(archiveId, 'a.md')]))
    await store.transaction((tx) => tx.archives.delete(archiveId, at(2)))
    expect(await store.files.named(archiveId, 'a.md')).toBeUndefined()
  })

  test('passages are retired with or without a successor, and stand in the order that they are given', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const inserted = await insertPassages(
      store,
      archiveId,
      ['one', 'two', 'three', 'four'].map((text) => ({ text, source: 'book' })),
    )
    const [one, two, three, four] = inserted.map((passage) => passage.id)
    if (!one || !two || !three || !four) throw new Error('four were inserted')
    await store.transaction((tx) =>
      tx.passages.retire(
        archiveId,
        [
          { id: one, by: two },
          { id: four, by: null },
        ],
        at(50),
      ),
    )
    await store.transaction((tx) => tx.passages.arrange(archiveId, [three, two], at(50)))
    const page = { after: 0, at: at(50), limit: 10 }
    const current = await store.passages.ofSource(archiveId, 'book', page)
    expect(current.map(({ text }) => text)).toEqual(['three', 'two'])
    expect(await store.passages.find(one)).toMatchObject({ supersededBy: two, expiresAt: null })
    expect(await store.passages.find(four)).toMatchObject({ supersededBy: null, expiresAt: at(50) })
    expect(await store.archives.counts(id)).toMatchObject({ passages: 4, superseded: 1 })
    const later = { ...page, after: current[0]?.position ?? 0 }
    expect(await store.passages.ofSource(archiveId, 'book', later)).toMatchObject([{ id: two }])
  })
}
