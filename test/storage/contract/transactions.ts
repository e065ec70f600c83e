import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { StepAnswer, Store, Transaction } from '../../../src/storage/store.ts'
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

/**
 * The store, refusing a transaction during which the process came to wait for anything: its work may await nothing
 * but the transaction, and the transaction may not let go of the event loop between BEGIN and COMMIT.
 */
function neverWaiting(store: Store): Store {
  return {
    ...store,
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      let turns = 0
      let turnsInWork = 0
      const result = await store.transaction(async (tx) => {
        turns = 0
        setImmediate(() => {
          turns += 1
        })
        try {
          return await work(tx)
        } finally {
          turnsInWork = turns
        }
      })
      if (turnsInWork + turns > 0) throw new Error('a setImmediate fired before COMMIT')
      return result
    },
  }
}

export function transactionContract(subject: Subject): void {
  test('what a transaction gives back is what its work gave back', async () => {
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

  test('a transaction reads what it has written, and others do not before the commit', async () => {
    const { store } = subject
    const agent = someAgent()
    await store.transaction(async (tx) => {
      await tx.agents.insert(agent)
      expect(await tx.agents.get(agent.id)).toEqual(agent)
      expect(await store.agents.get(agent.id)).toBeUndefined()
      expect((await store.agents.list({ limit: 9 })).items).toEqual([])
    })
    expect(await store.agents.get(agent.id)).toEqual(agent)
  })

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
    expect(items.map(({ name }) => name)).toEqual(['7', '5', '3', '1'])
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

  test('no kind of write lets go of the event loop before its commit', async () => {
    const store = neverWaiting(subject.store)
    const agent = someAgent({ tags: ['a', 'b'] })
    const archiveId = newId('archive')
    const passage = somePassage(archiveId, { tags: ['t'] })
    const block = someBlock()
    const [run, stepId, callId] = [someRun(agent.id), newId('step'), newId('call')]
    const lease = { namespace: 'default', agentId: agent.id, owner: 'me', fence: 1 }
    const answer: StepAnswer = {
      model: 'openai/m',
      finish: 'stop',
      calls: [{ id: callId, index: 0, name: 'x', arguments: '{}', effect: 'once' }],
      usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, cachedTokens: 0 },
    }
    const many = Array.from({ length: 200 }, (_, index) => userSays(`message ${index}`))
    const works: readonly ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.agents.insert(agent),
      (tx) => tx.agents.update(agent.id, { name: 'Bea', tags: ['c'] }, at()),
      async (tx) => {
        const first = await tx.blocks.insert(block, byClient)
        await tx.blocks.attach(agent.id, block, at())
        await tx.blocks.update(first, { value: 'x' }, byClient)
      },
      (tx) => tx.messages.append(agent.id, many),
      (tx) => giveArchive(tx, agent.id, someArchive({ id: archiveId })),
      (tx) => tx.passages.insert([passage], at()),
      (tx) => tx.passages.insert([{ ...passage, id: newId('passage'), tags: ['u'] }], at()),
      (tx) => tx.passages.delete(agent.id, passage.id, at()),
      (tx) => tx.runs.insert(run),
      (tx) => tx.runs.start(run.id, at()),
      (tx) => tx.runs.hold(lease, at(9)),
      (tx) => tx.runs.openStep({ id: stepId, runId: run.id, number: 1, at: at() }),
      (tx) => tx.runs.recordAnswer(stepId, answer),
      (tx) => tx.runs.countAttempt(stepId, 1),
      (tx) => tx.runs.postpone(run.id, { waitingFor: 'retry', retryAt: at(9) }, at()),
      (tx) => tx.runs.startCall(callId),
      (tx) => tx.runs.finishCall(callId, 'success'),
      (tx) => tx.runs.closeStep(stepId, at()),
      (tx) => tx.runs.requestCancel(run.id, at()),
      (tx) => tx.runs.setWarnings(run.id, ['w']),
      (tx) =>
        tx.runs.finish(run.id, {
          status: 'completed',
          stopReason: 'end_turn',
          error: null,
          at: at(),
        }),
      (tx) => tx.runs.release(lease),
      (tx) => tx.agents.delete(agent.id, at()),
    ]
    for (const work of works) await store.transaction(work)
  })

  test('the guard against waiting sees a transaction that waits', async () => {
    const waits = neverWaiting(subject.store).transaction(
      () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
    )
    await expect(waits).rejects.toThrow('a setImmediate fired before COMMIT')
  })
}
