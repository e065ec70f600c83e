import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import {
  at,
  byClient,
  giveArchive,
  insertAgent,
  insertBlock,
  someAgent,
  someArchive,
  someBlock,
  somePassage,
  someRun,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function transactionContract(subject: Subject): void {
  test('a transaction returns the result of its work', async () => {
    expect(await subject.store.transaction(async () => ({ answer: 42 }))).toEqual({ answer: 42 })
  })

  test('when the work throws, nothing of it remains and the error comes through', async () => {
    const { store, storage } = subject
    const agent = await insertAgent(store)
    const block = await insertBlock(store, [agent])
    const head = await storage.changes.head()
    const archiveId = newId('archive')
    const error = new Error('changed my mind')
    const run = someRun(agent.id)

    const failing = store.transaction(async (tx) => {
      await tx.agents.insert(someAgent({ name: 'lost' }))
      await tx.agents.update(agent.id, { name: 'lost' }, at(1))
      await tx.blocks.update(block, { value: 'lost' }, byClient)
      await tx.messages.append(agent.id, [userSays('lost')])
      await giveArchive(tx, agent.id, someArchive({ id: archiveId }))
      await tx.passages.insert([somePassage(archiveId, { text: 'lost' })], at())
      await tx.runs.insert(run)
      throw error
    })
    await expect(failing).rejects.toBe(error)

    expect((await store.agents.list({ limit: 9 })).items).toEqual([agent])
    expect(await store.blocks.get(block.id)).toEqual(block)
    expect(await store.messages.recent(agent.id, {})).toEqual([])
    expect(await store.archives.defaultOf(agent.id)).toBeUndefined()
    expect(await store.runs.get(run.id)).toBeUndefined()
    expect(await storage.changes.head()).toBe(head)
    expect((await store.messages.search(agent.id, { query: 'lost', limit: 9 })).items).toEqual([])
  })

  test('of transactions at once, those that fail leave nothing and the others all they did', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const texts = Array.from({ length: 24 }, (_, index) => `note${index}`)
    const ends = await Promise.allSettled(
      texts.map((text, index) =>
        store.transaction(async (tx) => {
          await tx.messages.append(agent.id, [userSays(`${text} pebble${index}`)])
          if (index % 3 === 1) throw new Error('changed my mind')
          if (index % 3 === 2) await tx.runs.insert(someRun(newId('agent')))
        }),
      ),
    )

    const done = texts.filter((_, index) => index % 3 === 0)
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(done.length)
    const kept = await store.messages.recent(agent.id, { messages: 99 })
    expect(kept.map(({ text }) => text.split(' ')[0]).sort()).toEqual([...done].sort())
    const query = { limit: 9 }
    const found = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        store.messages.search(agent.id, { ...query, query: `pebble${index}` }),
      ),
    )
    expect(found.map(({ items }) => items.length)).toEqual([1, 0, 0, 1])
  })

  test('when the database refuses a statement, nothing of the transaction remains', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const failing = store.transaction(async (tx) => {
      await tx.agents.update(agent.id, { name: 'lost' }, at(1))
      await tx.runs.insert(someRun(newId('agent')))
    })
    await expect(failing).rejects.toThrow()
    expect(await store.agents.get(agent.id)).toEqual(agent)
  })

  test.skipIf(subject.hasOneSession)(
    'a transaction reads what it has written, and others do not before the commit',
    async () => {
      const { store } = subject
      const agent = someAgent()
      await store.transaction(async (tx) => {
        await tx.agents.insert(agent)
        expect(await tx.agents.get(agent.id)).toEqual(agent)
        expect(await store.agents.get(agent.id)).toBeUndefined()
        expect((await store.agents.list({ limit: 9 })).items).toEqual([])
      })
      expect(await store.agents.get(agent.id)).toEqual(agent)
    },
  )

  test('fifty edits at once lose none', async () => {
    const { store } = subject
    const block = await insertBlock(store, [], { value: '0' })
    await Promise.all(
      Array.from({ length: 50 }, () =>
        store.transaction(async (tx) => {
          const current = await tx.blocks.get(block.id)
          if (!current) throw new Error('no block')
          const value = `${Number(current.value) + 1}`
          await tx.blocks.update(current, { value }, byClient)
        }),
      ),
    )
    expect(await store.blocks.get(block.id)).toMatchObject({ value: '50', version: 51 })
  })

  test('a transaction that fails leaves the way free for those that wait behind it', async () => {
    const { store } = subject
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        store.transaction(async (tx) => {
          await tx.agents.insert(someAgent({ name: `${index}` }))
          if (index % 2 === 0) throw new Error('no')
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => index % 2 === 1),
    )
    const { items } = await store.agents.list({ limit: 9 })
    expect(items.map(({ name }) => name).sort()).toEqual(['1', '3', '5', '7'])
  })

  test('a block version that exists can not be written again', async () => {
    const { store } = subject
    const fields = someBlock()
    const twice = store.transaction(async (tx) => {
      await tx.blocks.insert(fields, byClient)
      await tx.blocks.insert(fields, byClient)
    })
    await expect(twice).rejects.toThrow()
    expect(await store.blocks.get(fields.id)).toBeUndefined()
  })
}
