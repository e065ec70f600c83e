import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { at, byClient, insertAgent, insertBlock, someBlock } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function blockContract(subject: Subject): void {
  test('a block begins at version 1 and comes back as it was inserted', async () => {
    const { store } = subject
    const fields = someBlock({ value: 'Tea 🍵', description: 'd', limit: 77, readOnly: true })
    const block = await store.transaction((tx) => tx.blocks.insert(fields, byClient))
    expect(block).toEqual({ ...fields, version: 1, createdAt: at(), updatedAt: at() })
    expect(await store.blocks.get(block.id)).toEqual(block)
  })

  test('a block that does not exist is undefined', async () => {
    const { id } = await insertAgent(subject.store)
    expect(await subject.store.blocks.get(newId('block'))).toBeUndefined()
    expect(await subject.store.blocks.find(id, 'human')).toBeUndefined()
    expect(await subject.store.blocks.ofAgent(id)).toEqual([])
  })

  test('every update is the next version and changes only what it names', async () => {
    const { store } = subject
    const block = await insertBlock(store, [])
    const second = await store.transaction((tx) =>
      tx.blocks.update(block, { value: 'x' }, { ...byClient, at: at(1), reason: 'asked' }),
    )
    expect(second).toEqual({ ...block, value: 'x', version: 2, updatedAt: at(1) })
    const third = await store.transaction((tx) =>
      tx.blocks.update(second, { description: 'd', limit: 9, readOnly: true }, byClient),
    )
    expect(third).toMatchObject({ value: 'x', description: 'd', limit: 9, readOnly: true })
    expect(third.version).toBe(3)
    expect(await store.blocks.get(block.id)).toEqual(third)
  })

  test('an update of a version that is no longer the newest fails and changes nothing', async () => {
    const { store } = subject
    const block = await insertBlock(store, [])
    const second = await store.transaction((tx) =>
      tx.blocks.update(block, { value: 'second' }, byClient),
    )
    const stale = store.transaction((tx) => tx.blocks.update(block, { value: 'stale' }, byClient))
    await expect(stale).rejects.toThrow()
    expect(await store.blocks.get(block.id)).toEqual(second)
  })

  test('an agent has its blocks in the order in which they were attached', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const blocks = []
    for (const label of ['zebra', 'persona', 'human']) {
      blocks.push(await insertBlock(store, [agent], { label }))
    }
    expect(await store.blocks.ofAgent(agent.id)).toEqual(blocks)
    expect(await store.blocks.find(agent.id, 'persona')).toEqual(blocks[1])
    expect(await store.blocks.find(agent.id, 'Persona')).toBeUndefined()
  })

  test('an agent has one block of a label', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const first = await insertBlock(store, [agent])
    const attached = await store.transaction(async (tx) => {
      const second = await tx.blocks.insert(someBlock({ label: first.label }), byClient)
      return tx.blocks.attach(agent.id, second, at())
    })
    expect(attached).toBe(false)
    expect(await store.blocks.ofAgent(agent.id)).toEqual([first])
    expect(await store.transaction((tx) => tx.blocks.attach(agent.id, first, at()))).toBe(false)
  })

  test('two agents may have blocks of the same label', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const [mine, other] = [await insertBlock(store, [a]), await insertBlock(store, [b])]
    expect(await store.blocks.find(a.id, 'human')).toEqual(mine)
    expect(await store.blocks.find(b.id, 'human')).toEqual(other)
  })

  test('what one agent writes into a shared block the other reads', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const block = await insertBlock(store, [a, b])
    expect(await store.blocks.agentsOf(block.id)).toEqual([a.id, b.id])
    const author = {
      kind: 'agent',
      agentId: a.id,
      runId: newId('run'),
      callId: newId('call'),
    } as const
    await store.transaction((tx) => tx.blocks.update(block, { value: 'x' }, { author, at: at() }))
    expect(await store.blocks.find(b.id, 'human')).toMatchObject({ value: 'x', version: 2 })
  })

  test('a shared block outlives the first agent and goes with the last', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const shared = await insertBlock(store, [a, b])
    const own = await insertBlock(store, [a], { label: 'own' })
    const free = await insertBlock(store, [])

    await store.transaction((tx) => tx.agents.delete(a.id, at()))
    expect(await store.blocks.get(own.id)).toBeUndefined()
    expect(await store.blocks.get(shared.id)).toEqual(shared)
    expect(await store.blocks.agentsOf(shared.id)).toEqual([b.id])

    await store.transaction((tx) => tx.agents.delete(b.id, at()))
    expect(await store.blocks.get(shared.id)).toBeUndefined()
    expect(await store.blocks.get(free.id)).toEqual(free)
  })

  test('a block can not be attached to an agent that does not exist', async () => {
    const { store } = subject
    const block = await insertBlock(store, [])
    const attach = store.transaction((tx) => tx.blocks.attach(newId('agent'), block, at()))
    await expect(attach).rejects.toThrow()
    expect(await store.blocks.agentsOf(block.id)).toEqual([])
  })
}
