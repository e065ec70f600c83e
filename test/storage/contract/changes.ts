import { expect, test } from 'vitest'
import type { Change } from '../../../src/core/event.ts'
import { newId } from '../../../src/core/ids.ts'
import { pollChanges } from '../../../src/storage/changes/poll-changes.ts'
import {
  at,
  byClient,
  insertAgent,
  insertArchive,
  insertBlock,
  insertPassages,
  insertRun,
  someAgent,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function changeContract(subject: Subject): void {
  async function told(since = 0): Promise<readonly (readonly [Change['kind'], string])[]> {
    const changes = await subject.storage.changes.after(since, 1_000)
    return changes.map(({ kind, subjectId }) => [kind, subjectId])
  }

  test('an empty database has had no changes', async () => {
    expect(await subject.storage.changes.head()).toBe(0)
    expect(await told()).toEqual([])
  })

  test('every write tells what it changed, in order', async () => {
    const { store, storage } = subject
    const agent = await insertAgent(store)
    const block = await insertBlock(store, [agent])
    await store.transaction((tx) => tx.blocks.update(block, { value: 'x' }, byClient))
    const archiveId = await insertArchive(store, agent.id)
    const [passage] = await insertPassages(store, archiveId, [{}])
    await store.transaction((tx) =>
      tx.passages.delete(agent.id, passage?.id ?? newId('passage'), at()),
    )
    await store.transaction((tx) => tx.archives.detach(agent.id, archiveId, at()))
    const run = await insertRun(store, agent.id)
    await store.transaction((tx) => tx.runs.start(run.id, at()))
    await store.transaction((tx) => tx.messages.append(agent.id, [userSays('a'), userSays('b')]))
    await store.transaction((tx) => tx.runs.requestCancel(run.id, at()))
    await store.transaction((tx) => tx.agents.update(agent.id, { name: 'x' }, at()))
    await store.transaction((tx) => tx.blocks.detach(agent.id, block.id, at()))
    await store.transaction((tx) => tx.agents.delete(agent.id, at()))
    expect(await told()).toEqual([
      ['agent', agent.id],
      ['block', block.id],
      ['agent', agent.id],
      ['block', block.id],
      ['archive', archiveId],
      ['agent', agent.id],
      ['archive', archiveId],
      ['archive', archiveId],
      ['archive', archiveId],
      ['agent', agent.id],
      ['run', run.id],
      ['run', run.id],
      ['messages', agent.id],
      ['run', run.id],
      ['agent', agent.id],
      ['agent', agent.id],
      ['agent', agent.id],
    ])
    const changes = await storage.changes.after(0, 1_000)
    const numbers = changes.map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(await storage.changes.head()).toBe(numbers.length)
  })

  test('a transaction logs a change of the same thing once', async () => {
    const agent = await insertAgent(subject.store)
    const head = await subject.storage.changes.head()
    await subject.store.transaction(async (tx) => {
      await tx.agents.update(agent.id, { name: 'x' }, at())
      await tx.messages.append(agent.id, [userSays('a')])
      await tx.agents.update(agent.id, { name: 'y' }, at())
    })
    expect(await told(head)).toEqual([
      ['agent', agent.id],
      ['messages', agent.id],
    ])
  })

  test('changes are read on from any of them, so many at a time', async () => {
    for (const name of ['1', '2', '3']) await insertAgent(subject.store, { name })
    const { changes } = subject.storage
    expect((await changes.after(1, 1)).map(({ seq }) => seq)).toEqual([2])
    expect((await changes.after(1, 9)).map(({ seq }) => seq)).toEqual([2, 3])
    expect(await changes.after(3, 9)).toEqual([])
  })

  test('a claim is a change of the run', async () => {
    const agent = await insertAgent(subject.store)
    const run = await insertRun(subject.store, agent.id)
    const head = await subject.storage.changes.head()
    const claim = { owner: 'me', now: at(), expiresAt: at(30), orphanedBefore: at(-30) }
    await subject.storage.claims.next(claim)
    expect(await told(head)).toEqual([['run', run.id]])
  })

  test.skipIf(subject.hasOneSession)(
    'a change is announced after its commit, and never after a rollback',
    async () => {
      const { store, storage } = subject
      let commits = 0
      storage.changes.onCommit(() => {
        commits += 1
      })
      await store.transaction(async (tx) => {
        await tx.agents.insert(someAgent())
        expect(await told()).toEqual([])
        expect(commits).toBe(0)
      })
      expect(commits).toBe(1)
      expect(await told()).toHaveLength(1)

      const failing = store.transaction(async (tx) => {
        await tx.agents.insert(someAgent())
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(commits).toBe(1)
      expect(await told()).toHaveLength(1)
    },
  )

  test('a commit listener can read the change at once', async () => {
    const { store, storage } = subject
    const seen: Promise<number>[] = []
    storage.changes.onCommit(() => seen.push(storage.changes.head()))
    await insertAgent(store)
    // Asked at the same time as the next one writes, it may be told of that, too, or wait for it.
    expect(await Promise.all(seen)).toEqual([1])
    await insertAgent(store)
    expect(await Promise.all(seen)).toEqual([1, 2])
  })

  test('after a commit there may have been changes; without one there were none', async () => {
    const { changes } = subject.storage
    changes.mayHaveChanged()
    expect(changes.mayHaveChanged()).toBe(false)
    await insertAgent(subject.store)
    expect(changes.mayHaveChanged()).toBe(true)
    expect(changes.mayHaveChanged()).toBe(false)
  })

  test('a poller publishes every later change once, in the order of the log', async () => {
    const { store, storage } = subject
    await insertAgent(store)
    const published: number[] = []
    const poller = await pollChanges(
      storage.changes,
      ({ seq }) => published.push(seq),
      () => undefined,
    )
    await Promise.all(Array.from({ length: 20 }, () => insertAgent(store)))
    await expect.poll(() => published.length, { timeout: 10_000 }).toBe(20)
    poller.stop()
    const log = await storage.changes.after(1, 100)
    expect(published).toEqual(log.map(({ seq }) => seq))
    expect(new Set(published).size).toBe(20)
    await insertAgent(store)
    expect(published).toHaveLength(20)
  })

  test('old changes are deleted, and their numbers never reused', async () => {
    const { store, storage } = subject
    // A transaction logs each agent once.
    const agents = Array.from({ length: 500 }, () => someAgent())
    await store.transaction(async (tx) => {
      for (const agent of agents) await tx.agents.insert(agent)
    })
    const update = (some: typeof agents) =>
      store.transaction(async (tx) => {
        for (const { id } of some) await tx.agents.update(id, { name: 'x' }, at())
      })
    for (let round = 0; round < 21; round += 1) await update(agents)
    expect(await storage.changes.head()).toBe(11_000)
    const [oldest] = await storage.changes.after(0, 1)
    expect(oldest?.seq).toBe(1_001)
    await update(agents.slice(0, 1))
    expect(await storage.changes.head()).toBe(11_001)
  }, 120_000)
}
