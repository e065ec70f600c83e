import { expect, test } from 'vitest'
import type { Block } from '../../../src/core/block.ts'
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

  test('an agent has only one block with a label', async () => {
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

  test('an edit of a shared block is seen by the other agent', async () => {
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

  test('all blocks are listed newest first, page by page, each once, attached or not', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const inserted: Block[] = []
    for (const second of [0, 0, 0, 1, 2]) {
      const note = { ...byClient, at: at(second) }
      const fields = someBlock({ label: `b${inserted.length}` })
      inserted.push(await store.transaction((tx) => tx.blocks.insert(fields, note)))
    }
    await insertBlock(store, [agent], { label: 'attached' })
    const listed: Block[] = []
    let cursor: string | undefined
    do {
      const page = await store.blocks.list({ limit: 2, cursor })
      listed.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(listed).toHaveLength(6)
    expect(new Set(listed.map(({ id }) => id)).size).toBe(6)
    expect(listed.slice(0, 2)).toEqual([inserted[4], inserted[3]])
    const whole = await store.blocks.list({ limit: 6 })
    expect(whole).toEqual({ items: listed })
    for (const wrong of ['x', Buffer.from('v1:5').toString('base64url')]) {
      await expect(store.blocks.list({ limit: 2, cursor: wrong })).rejects.toMatchObject({
        code: 'invalid_argument',
      })
    }
  })

  test('blocks are found by a part of label, description or value as text, or by their id', async () => {
    const { store } = subject
    const tea = await insertBlock(store, [], { label: 'drinks', value: '100% Tee in Österreich' })
    const plan = await insertBlock(store, [], { label: 'plan_a', value: '', description: 'Next' })
    const found = async (query: string) => {
      const { items } = await store.blocks.list({ limit: 9, query })
      return items.map(({ id }) => id)
    }
    for (const query of ['DRINK', 'tee', '100%', 'Österreich', tea.id]) {
      expect(await found(query), query).toEqual([tea.id])
    }
    for (const query of ['next', 'N_A']) expect(await found(query), query).toEqual([plan.id])
    for (const query of ['p%a', 'pl_n', 'coffee']) expect(await found(query), query).toEqual([])
    expect((await found('')).sort()).toEqual([tea.id, plan.id].sort())
  })

  test('a detached block is no longer the agent’s, and stays for the others', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const block = await insertBlock(store, [a, b])
    const detach = () => store.transaction((tx) => tx.blocks.detach(a.id, block.id, at(1)))
    expect(await detach()).toBe(true)
    expect(await detach()).toBe(false)
    expect(await store.blocks.find(a.id, block.label)).toBeUndefined()
    expect(await store.blocks.ofAgent(a.id)).toEqual([])
    expect(await store.blocks.agentsOf(block.id)).toEqual([b.id])
    expect(await store.blocks.get(block.id)).toEqual(block)
    await store.transaction((tx) => tx.agents.delete(a.id, at(2)))
    await store.transaction((tx) => tx.blocks.detach(b.id, block.id, at(3)))
    await store.transaction((tx) => tx.agents.delete(b.id, at(4)))
    expect(await store.blocks.get(block.id)).toEqual(block)
  })

  test('a block that is attached again comes after the others', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const first = await insertBlock(store, [agent], { label: 'first' })
    const second = await insertBlock(store, [agent], { label: 'second' })
    await store.transaction((tx) => tx.blocks.detach(agent.id, first.id, at(1)))
    expect(await store.transaction((tx) => tx.blocks.attach(agent.id, first, at(2)))).toBe(true)
    expect(await store.blocks.ofAgent(agent.id)).toEqual([second, first])
  })

  test('a block can not be attached to an agent that does not exist', async () => {
    const { store } = subject
    const block = await insertBlock(store, [])
    const attach = store.transaction((tx) => tx.blocks.attach(newId('agent'), block, at()))
    await expect(attach).rejects.toThrow()
    expect(await store.blocks.agentsOf(block.id)).toEqual([])
  })
}
