import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { Walk } from '../../../src/core/walk.ts'
import { at, insertAgent, insertBlock, someAgent } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const UP: Walk = { order: 'asc', limit: 10 }
const DOWN: Walk = { order: 'desc', limit: 10 }

export function walkContract(subject: Subject): void {
  const agents = async (count: number) => {
    const made: string[] = []
    for (let index = 0; index < count; index += 1) {
      const agent = someAgent({
        name: `a${index}`,
        tags: index % 2 === 0 ? ['even'] : ['odd', 'x'],
      })
      await subject.store.transaction((tx) => tx.agents.insert(agent))
      made.push(agent.id)
    }
    return made
  }

  test('agents are walked up and down, each once', async () => {
    const { walks } = subject.store
    const made = await agents(5)
    const ids = async (walk: Walk) => (await walks.agents(walk)).map(({ id }) => id)
    expect(await ids(UP)).toEqual(made)
    expect(await ids({ ...UP, limit: 2, after: made[1] })).toEqual(made.slice(2, 4))
    expect(await ids({ ...DOWN, limit: 2, after: made[3] })).toEqual([made[2], made[1]])
    expect(await ids({ ...UP, limit: 2, before: made[4] })).toEqual(made.slice(2, 4))
    expect(await ids({ ...DOWN, before: made[3] })).toEqual([made[4]])
    expect(await ids({ ...UP, after: made[0], before: made[3] })).toEqual(made.slice(1, 3))
    expect(await ids({ ...UP, after: newId('agent') })).toEqual([])
    expect(await walks.countAgents()).toBe(5)
  })

  test('agents are found by name, text, and any or all of some tags', async () => {
    const { walks } = subject.store
    const made = await agents(4)
    const ids = async (filter: object) =>
      (await walks.agents({ ...UP, ...filter })).map(({ id }) => id)
    expect(await ids({ name: 'a1' })).toEqual([made[1]])
    expect(await ids({ query: 'A2' })).toEqual([made[2]])
    expect(await ids({ tags: ['even', 'x'] })).toEqual(made)
    expect(await ids({ tags: ['odd', 'x'], matchAllTags: true })).toEqual([made[1], made[3]])
    expect(await walks.agentTags()).toEqual(['even', 'odd', 'x'])
  })

  test('blocks are walked in order of creation, and those of one label alone', async () => {
    const { walks } = subject.store
    const made = []
    for (const label of ['a', 'b', 'a']) made.push(await insertBlock(subject.store, [], { label }))
    const sorted = made.map(({ id }) => id).sort()
    const all = await walks.blocks(UP)
    expect(all.map(({ id }) => id)).toEqual(sorted)
    expect(await walks.blocks({ ...UP, limit: 1, after: sorted[0] })).toEqual([all[1]])
    expect(await walks.blocks({ ...UP, label: 'a' })).toHaveLength(2)
    expect(await walks.blocks({ ...UP, labelPart: 'B' })).toEqual([made[1]])
  })

  test('a deleted block is gone for its agents', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const block = await insertBlock(store, [agent])
    await store.transaction((tx) => tx.blocks.setMetadata(block.id, { a: [1] }, at(1)))
    expect((await store.blocks.get(block.id))?.metadata).toEqual({ a: [1] })
    expect(await store.transaction((tx) => tx.blocks.delete(block.id, at(2)))).toBe(true)
    expect(await store.blocks.ofAgent(agent.id)).toEqual([])
    expect(await store.transaction((tx) => tx.blocks.delete(block.id, at(2)))).toBe(false)
  })

  test('an archive is renamed, walked with its passages, and deleted with them', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const archive = { id: newId('archive'), name: 'one', description: '', createdAt: at() }
    const passage = (index: number) => ({
      id: newId('passage'),
      archiveId: archive.id,
      text: `text ${index}`,
      tags: [],
      source: '',
      createdAt: at(index),
    })
    await store.transaction(async (tx) => {
      await tx.archives.create(archive)
      await tx.archives.attach(agent.id, archive.id, true, at())
      await tx.passages.insert([passage(2), passage(1)], at())
      await tx.archives.update(archive.id, { name: 'two' }, at())
    })
    const { walks } = store
    expect(await walks.archives({ ...UP, name: 'two', agentId: agent.id })).toHaveLength(1)
    const texts = async (walk: Walk) =>
      (await walks.passages({ ...walk, of: { agentId: agent.id } })).map(({ text }) => text)
    expect(await texts(UP)).toEqual(['text 1', 'text 2'])
    expect(await texts(DOWN)).toEqual(['text 2', 'text 1'])
    expect(await store.transaction((tx) => tx.archives.delete(archive.id, at()))).toBe(true)
    expect(await texts(UP)).toEqual([])
    expect((await store.passages.search(agent.id, { query: 'text', limit: 5 })).items).toEqual([])
    expect(await store.transaction((tx) => tx.archives.delete(archive.id, at()))).toBe(false)
  })
}
