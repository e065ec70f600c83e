import { expect, test } from 'vitest'
import type { Author, Block, VersionHead } from '../../../src/core/block.ts'
import { type BlockId, newId } from '../../../src/core/ids.ts'
import type { Store } from '../../../src/storage/port/store.ts'
import {
  at,
  byClient,
  chooser,
  insertAgent,
  insertBlock,
  seededRandom,
  someBlock,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function blockHistoryContract(subject: Subject): void {
  /** Writes the value as the next version. */
  async function write(id: `block-${string}`, value: string, seconds: number): Promise<void> {
    await subject.store.transaction(async (tx) => {
      const block = await tx.blocks.get(id)
      if (!block) throw new Error('no block')
      await tx.blocks.update(block, { value }, { ...byClient, at: at(seconds) })
    })
  }
  const labelsAt = async (store: Store, agentId: `agent-${string}`, seconds: number) =>
    (await store.blocks.asOf(agentId, at(seconds))).map(({ label }) => label)

  test('every version tells when it was made, by whom, in which call, why, and how long it is', async () => {
    const { store } = subject
    const agent: Author = {
      kind: 'agent',
      agentId: newId('agent'),
      runId: newId('run'),
      callId: newId('call'),
    }
    const imported = { author: { kind: 'import' }, at: at(), reason: 'from a file' } as const
    const block = await store.transaction((tx) =>
      tx.blocks.insert(someBlock({ value: 'Tee 🍵' }), imported),
    )
    const second = await store.transaction((tx) =>
      tx.blocks.update(block, { value: '' }, { author: agent, at: at(1) }),
    )
    await store.transaction((tx) =>
      tx.blocks.update(second, { limit: 7 }, { author: { kind: 'client' }, at: at(2) }),
    )
    const heads: readonly VersionHead[] = [
      { version: 3, at: at(2), author: { kind: 'client' }, reason: null, chars: 0 },
      { version: 2, at: at(1), author: agent, reason: null, chars: 0 },
      { version: 1, at: at(), author: { kind: 'import' }, reason: 'from a file', chars: 5 },
    ]
    expect(await store.blocks.versions(block.id, { limit: 3 })).toEqual({ items: heads })
    expect(await store.blocks.versions(newId('block'), { limit: 3 })).toEqual({ items: [] })
    expect(await store.blocks.valueAt(block.id, 1)).toBe('Tee 🍵')
    expect(await store.blocks.valueAt(block.id, 3)).toBe('')
    expect(await store.blocks.valueAt(block.id, 4)).toBeUndefined()
  })

  test('pages of versions are continued where the one before ended, whatever is written meanwhile', async () => {
    const { store } = subject
    const { id } = await insertBlock(store, [])
    for (let version = 2; version <= 7; version += 1) await write(id, `v${version}`, version)
    const first = await store.blocks.versions(id, { limit: 3 })
    await write(id, 'later', 9)
    const second = await store.blocks.versions(id, { limit: 3, cursor: first.nextCursor })
    const third = await store.blocks.versions(id, { limit: 3, cursor: second.nextCursor })
    const numbers = [first, second, third].map(({ items }) => items.map(({ version }) => version))
    expect(numbers).toEqual([[7, 6, 5], [4, 3, 2], [1]])
    expect(third.nextCursor).toBeUndefined()
  })

  test('the times of versions never go back, so that their order is their order in time', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const { id } = await insertBlock(store, [agent])
    await write(id, 'second', 10)
    await write(id, 'third', 5)
    const { items } = await store.blocks.versions(id, { limit: 2 })
    expect(items.map((version) => version.at)).toEqual([at(10), at(10)])
    expect((await store.blocks.get(id))?.updatedAt).toBe(at(10))
    expect(await store.blocks.asOf(agent.id, at(9))).toMatchObject([{ version: 1 }])
    expect(await store.blocks.asOf(agent.id, at(10))).toMatchObject([{ value: 'third' }])
  })

  test('blocks are read as they were at a moment, that moment included', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const block = await insertBlock(store, [agent], { value: 'one', limit: 50 })
    const update = { value: 'two', description: 'd', limit: 60, readOnly: true }
    await store.transaction((tx) => tx.blocks.update(block, update, { ...byClient, at: at(10) }))
    expect(await store.blocks.asOf(agent.id, at(-1))).toEqual([])
    expect(await store.blocks.asOf(agent.id, at())).toEqual([block])
    expect(await store.blocks.asOf(agent.id, at(9.999))).toEqual([block])
    const second = { ...block, ...update, version: 2, updatedAt: at(10) }
    expect(await store.blocks.asOf(agent.id, at(10))).toEqual([second])
    expect(await store.blocks.asOf(agent.id, at(1e6))).toEqual([second])
  })

  test('an agent had then what was attached and not yet detached, in that order', async () => {
    const { store } = subject
    const [agent, other] = [await insertAgent(store), await insertAgent(store)]
    const first = await insertBlock(store, [agent, other], { label: 'first' })
    const second = await insertBlock(store, [], { label: 'second' })
    const change = (what: 'attach' | 'detach', block: typeof first, seconds: number) =>
      store.transaction((tx) =>
        what === 'attach'
          ? tx.blocks.attach(agent.id, block, at(seconds))
          : tx.blocks.detach(agent.id, block.id, at(seconds)),
      )
    await change('attach', second, 10)
    await change('detach', first, 20)
    await change('attach', first, 30)
    await change('detach', first, 40)
    const expected: readonly (readonly [number, readonly string[]])[] = [
      [0, ['first']],
      [10, ['first', 'second']],
      [19.999, ['first', 'second']],
      [20, ['second']],
      [30, ['second', 'first']],
      [40, ['second']],
    ]
    for (const [seconds, labels] of expected) {
      expect(await labelsAt(store, agent.id, seconds), `${seconds}`).toEqual(labels)
      expect(await labelsAt(store, other.id, seconds)).toEqual(['first'])
    }
    await write(first.id, 'written by others', 50)
    const [, then] = await store.blocks.asOf(agent.id, at(30))
    expect(then).toMatchObject({ label: 'first', value: first.value, version: 1 })
  })

  test('of two blocks with one label, the one attached at that time is read', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const old = await insertBlock(store, [agent], { value: 'old' })
    await store.transaction(async (tx) => {
      await tx.blocks.detach(agent.id, old.id, at(5))
      const next = await tx.blocks.insert(someBlock({ value: 'new' }), { ...byClient, at: at(5) })
      await tx.blocks.attach(agent.id, next, at(5))
    })
    expect(await store.blocks.asOf(agent.id, at(4))).toMatchObject([{ value: 'old' }])
    expect(await store.blocks.asOf(agent.id, at(5))).toMatchObject([{ value: 'new' }])
  })

  test('after changes at random, every moment is read as it was', async () => {
    const { store } = subject
    const { below, oneOf } = chooser(seededRandom(7))
    const agents = [await insertAgent(store), await insertAgent(store)]
    const ids: BlockId[] = []
    for (const label of ['a', 'a', 'b', 'c']) ids.push((await insertBlock(store, [], { label })).id)
    const seen: (readonly (readonly Block[])[])[] = []
    for (let second = 1; second <= 150; second += 1) {
      const agent = oneOf(agents)
      const what = below(3)
      await store.transaction(async (tx) => {
        const block = await tx.blocks.get(oneOf(ids))
        if (!block) throw new Error('no block')
        if (what === 0) await tx.blocks.attach(agent.id, block, at(second))
        if (what === 1) await tx.blocks.detach(agent.id, block.id, at(second))
        const note = { ...byClient, at: at(second) }
        if (what === 2) await tx.blocks.update(block, { value: `v${second}` }, note)
      })
      seen.push(await Promise.all(agents.map(({ id }) => store.blocks.ofAgent(id))))
    }
    expect(new Set(seen.flat().map((blocks) => blocks.length))).toEqual(new Set([0, 1, 2, 3]))
    for (const [index, blocks] of seen.entries()) {
      for (const moment of [index + 1, index + 1.999]) {
        const past = agents.map(({ id }) => store.blocks.asOf(id, at(moment)))
        expect(await Promise.all(past), `second ${moment}`).toEqual(blocks)
      }
    }
  })

  test('the attachment history is deleted with the agent and with the block', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    const block = await insertBlock(store, [a, b])
    await store.transaction((tx) => tx.blocks.detach(a.id, block.id, at(1)))
    await store.transaction((tx) => tx.agents.delete(b.id, at(2)))
    expect(await store.blocks.get(block.id)).toBeUndefined()
    expect(await store.blocks.asOf(a.id, at())).toEqual([])
    expect(await store.blocks.versions(block.id, { limit: 9 })).toEqual({ items: [] })
    await store.transaction((tx) => tx.agents.delete(a.id, at(3)))
    expect(await store.blocks.asOf(a.id, at())).toEqual([])
  })
}
