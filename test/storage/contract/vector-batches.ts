import { expect, test } from 'vitest'
import type { EmbeddingTask } from '../../../src/storage/port/store.ts'
import { at, insertPassages } from '../../support/stores.ts'
import { found } from './found-vector.ts'
import type { Subject } from './subject.ts'

const HANDLE = 'openai/one'

import { embeddingOf } from './embedding.ts'

export function vectorBatchContract(subject: Subject): void {
  const { tasks, claimSome, claimed, textsOf, finish, embedAll, counts, archive } =
    embeddingOf(subject)

  test('a batch under way is not claimed until it ends or its process has gone, whatever the clock says', async () => {
    const { jobs } = subject.storage
    await archive('a', 'bb')
    await tasks().adopt(HANDLE, at())
    const mine = await claimed(0, { mostTasks: 1 })
    const theirs = await claimed(0, { owner: 'them' })
    expect([textsOf(mine), textsOf(theirs)].sort()).toEqual([['a'], ['bb']])
    expect(await claimSome(9_999, { owner: 'third' })).toBeUndefined()
    expect(await tasks().handles(at(9_999))).toEqual([])
    expect([...(await jobs.owners())].sort()).toEqual(['me', 'them'])

    await jobs.abandon('me')
    expect(await tasks().handles(at())).toEqual([HANDLE])
    const third = await claimed(0, { owner: 'third' })
    expect(textsOf(third)).toEqual(textsOf(mine))
    await tasks().finish(third.lease, { outcomes: [], retryAt: at(), problem: 'no endpoint' })
    expect(await tasks().counts()).toMatchObject([{ waiting: 2, problem: 'no endpoint' }])
    expect(textsOf(await claimed(0, { owner: 'fourth' }))).toEqual(textsOf(mine))
  })

  test('a process that lost its batch writes nothing', async () => {
    const { jobs } = subject.storage
    await archive('a')
    await tasks().adopt(HANDLE, at())
    const slow = await claimed(0, { owner: 'slow' })
    for (const lease of await jobs.held()) expect(await jobs.expire(lease)).toBe(true)
    expect(await jobs.renew(slow.lease, at(60))).toBe(false)
    const next = await claimed(0, { owner: 'next' })
    await finish(slow)
    expect(await counts()).toMatchObject([{ embedded: 0, waiting: 1 }])
    await finish(next)
    expect(await counts()).toMatchObject([{ embedded: 1, waiting: 0 }])
    expect(await jobs.held()).toEqual([])
  })

  test('a batch ends before its texts grow too long, and one text is taken however long it is', async () => {
    await archive('a'.repeat(2_000), 'b'.repeat(600), 'c'.repeat(600))
    await tasks().adopt(HANDLE, at())
    const sizes = []
    for (let batch = 0; batch < 3; batch += 1) sizes.push((await claimed()).tasks.length)
    expect(sizes).toEqual([1, 1, 1])
  })

  test('a refused text is retried a few times, and does not keep the set from serving', async () => {
    await archive('good', 'bad')
    await tasks().adopt(HANDLE, at())
    const refused = (task: EmbeddingTask, seconds: number) =>
      ({ kind: 'refused', task, problem: 'It is bad.', retryAt: at(seconds) }) as const
    await finish(await claimed(), (task) =>
      task.text === 'good' ? found(task) : refused(task, 60),
    )
    expect(await claimSome(59)).toBeUndefined()
    expect(await counts()).toMatchObject([{ state: 'building', embedded: 1, waiting: 1 }])
    for (const attempt of [1, 2, 3, 4]) {
      const batch = await claimed(60 * attempt)
      expect(batch.tasks).toMatchObject([{ text: 'bad', attempts: attempt }])
      await finish(batch, (task) => refused(task, 60 * attempt + 60))
    }
    expect(await claimSome(99_999)).toBeUndefined()
    expect(await tasks().counts()).toMatchObject([
      { state: 'serving', embedded: 1, waiting: 0, failed: 1, problem: 'It is bad.' },
    ])
  })

  test('the first vector gives a set its dimension; others are refused, and the set pauses', async () => {
    const { archiveId } = await archive('a')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    await insertPassages(subject.store, archiveId, [{ text: 'bb' }])
    const { problem } = await finish(await claimed(), (task) => found(task, 7))
    expect(problem).toMatch(/7 dimensions.*stored have 4.*update_agent/)
    expect(await tasks().handles(at(599))).toEqual([])
    expect(await claimSome(599)).toBeUndefined()
    expect(await tasks().counts()).toMatchObject([
      { dimension: 4, embedded: 1, waiting: 1, problem },
    ])
    expect(await tasks().handles(at(600))).toEqual([HANDLE])
    expect(await embedAll(600)).toEqual(['bb'])
    expect(await tasks().counts()).toMatchObject([{ embedded: 2, waiting: 0, problem: null }])
  })

  test('deleting a passage deletes its vector and task, and finishing the last task lets the set serve', async () => {
    const { agent, passages } = await archive('a', 'bb')
    await tasks().adopt(HANDLE, at())
    const batch = await claimed(0, { mostTasks: 1 })
    await finish(batch)
    const [a, b] = passages
    if (!a || !b) throw new Error('nothing was inserted')
    const [done, open] = batch.tasks[0]?.text === 'a' ? [a, b] : [b, a]
    await subject.store.transaction((tx) => tx.passages.delete(agent.id, open.id, at()))
    expect(await counts()).toMatchObject([{ state: 'serving', embedded: 1, waiting: 0 }])
    await subject.store.transaction((tx) => tx.passages.delete(agent.id, done.id, at()))
    expect(await counts()).toMatchObject([{ embedded: 0, waiting: 0 }])
    expect(await tasks().handles(at())).toEqual([])
  })

  test('an entry deleted while it is embedded leaves nothing behind', async () => {
    const { agent, passages } = await archive('a')
    await tasks().adopt(HANDLE, at())
    const batch = await claimed()
    await subject.store.transaction((tx) =>
      tx.passages.delete(agent.id, passages[0]?.id ?? 'passage-gone', at()),
    )
    await finish(batch)
    expect(await counts()).toMatchObject([{ embedded: 0, waiting: 0, failed: 0 }])
  })
}
