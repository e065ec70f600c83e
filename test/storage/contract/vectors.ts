import { expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId } from '../../../src/core/ids.ts'
import type {
  EmbeddingBatch,
  EmbeddingOutcome,
  EmbeddingTask,
  EmbedQuery,
} from '../../../src/storage/port/store.ts'
import {
  at,
  callResult,
  insertAgent,
  insertArchive,
  insertPassages,
  userSays,
} from '../../support/stores.ts'
import { found } from './found-vector.ts'
import type { Subject } from './subject.ts'

const HANDLE = 'openai/one'

export function vectorContract(subject: Subject): void {
  const tasks = () => subject.storage.embeddings
  const claim = (seconds = 0, options: object = {}) =>
    tasks().claim({
      handle: HANDLE,
      owner: 'me',
      now: at(seconds),
      expiresAt: at(seconds + 30),
      mostTasks: 64,
      mostCharacters: 1_000,
      ...options,
    })
  /** Until a batch comes, or nothing more is to be done. */
  async function claimSome(seconds = 0, options: object = {}): Promise<EmbeddingBatch | undefined> {
    for (;;) {
      const { batch, progressed } = await claim(seconds, options)
      if (batch || !progressed) return batch
    }
  }
  async function claimed(seconds = 0, options: object = {}): Promise<EmbeddingBatch> {
    const batch = await claimSome(seconds, options)
    if (!batch) throw new Error('nothing was claimed')
    return batch
  }
  const textsOf = (batch: EmbeddingBatch | undefined) => batch?.tasks.map(({ text }) => text)
  const finish = (
    { lease, tasks: batched }: EmbeddingBatch,
    outcome: (task: EmbeddingTask) => EmbeddingOutcome = (task) => found(task),
    seconds = 600,
  ) => tasks().finish(lease, { outcomes: batched.map(outcome), retryAt: at(seconds) })
  async function embedAll(seconds = 0, options: object = {}): Promise<readonly string[]> {
    const embedded: string[] = []
    for (;;) {
      const batch = await claimSome(seconds, options)
      if (!batch) return embedded
      await finish(batch, undefined, seconds + 600)
      embedded.push(...(textsOf(batch) ?? []))
    }
  }
  const counts = async () => {
    const sets = await tasks().counts()
    return sets.map(({ handle, state, embedded, waiting, failed }) => ({
      handle,
      state,
      embedded,
      waiting,
      failed,
    }))
  }
  const use = (archiveId: ArchiveId, handle: string | null) =>
    subject.store.transaction((tx) =>
      tx.vectors.embedWith({ kind: 'archive', id: archiveId }, handle, at()),
    )
  async function archive(...texts: readonly string[]) {
    const agent = await insertAgent(subject.store)
    const archiveId = await insertArchive(subject.store, agent.id)
    const passages = await insertPassages(
      subject.store,
      archiveId,
      texts.map((text) => ({ text })),
    )
    return { agent, archiveId, passages }
  }

  test('an archive gets the model of its agent, else the fallback, else none', async () => {
    const { archiveId } = await archive('a')
    expect(await tasks().adopt(null, at())).toBe(0)
    const own = await insertAgent(subject.store, { embedding: 'mistral/own' })
    await insertArchive(subject.store, own.id)
    expect(await tasks().adopt(null, at())).toBe(1)
    expect(await tasks().adopt(HANDLE, at())).toBe(1)
    expect(await tasks().adopt('openai/other', at())).toBe(0)
    const sets = await tasks().counts()
    expect(sets.map(({ ownerId, handle }) => [ownerId, handle])).toEqual([
      [expect.not.stringMatching(archiveId), 'mistral/own'],
      [archiveId, HANDLE],
    ])
  })

  test('earlier and later passages are embedded once each; the set then serves', async () => {
    const { archiveId } = await archive('a', 'bb')
    await tasks().adopt(HANDLE, at())
    expect(await tasks().handles(at())).toEqual([HANDLE])
    expect(await counts()).toEqual([
      { handle: HANDLE, state: 'building', embedded: 0, waiting: 2, failed: 0 },
    ])
    await insertPassages(subject.store, archiveId, [{ text: 'ccc' }])
    expect([...(await embedAll())].sort()).toEqual(['a', 'bb', 'ccc'])
    expect(await counts()).toEqual([
      { handle: HANDLE, state: 'serving', embedded: 3, waiting: 0, failed: 0 },
    ])
    expect(await tasks().handles(at())).toEqual([])
  })

  test('a search embeds its query once per model of the searched archives', async () => {
    const { agent, archiveId } = await archive('a')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    const asked: (readonly string[])[] = []
    const embed: EmbedQuery = async (handles, text) => {
      asked.push([...handles, text])
      return { questions: [], problems: ['it is too hot.'] }
    }
    const { passages, messages } = subject.store
    const page = await passages.search(agent.id, { query: 'b', limit: 9, archiveId }, embed)
    expect(page).toEqual({
      items: [],
      warnings: ['Keyword results only: the query could not be embedded: it is too hot.'],
    })
    expect(asked).toEqual([[HANDLE, 'b']])
    const other = newId('archive')
    await passages.search(agent.id, { query: 'b', limit: 9, archiveId: other }, embed)
    await passages.search(agent.id, { limit: 9 }, embed)
    await messages.search(agent.id, { query: 'b', limit: 9 }, embed)
    expect(asked).toHaveLength(1)
  })

  test('a retired passage is found by meaning in the past only', async () => {
    const { agent, archiveId, passages } = await archive('a', 'bb', 'ccc')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    const vector = new Float32Array(4).fill(0.5)
    const questions = [{ handle: HANDLE, vector, weight: 1 }]
    const embed: EmbedQuery = async () => ({ questions, problems: [] })
    const texts = async (search: object) => {
      const wanted = { query: 'zzz', limit: 9, now: at(20), ...search }
      const { items } = await subject.store.passages.search(agent.id, wanted, embed)
      return items.map(({ item }) => item.text).toSorted()
    }
    expect(await texts({})).toEqual(['a', 'bb', 'ccc'])
    const gone = passages.slice(1, 2).map(({ id }) => ({ id, by: null }))
    await subject.store.transaction((tx) => tx.passages.retire(archiveId, gone, at(10)))
    expect(await texts({})).toEqual(['a', 'ccc'])
    expect(await texts({ asOf: at(5) })).toEqual(['a', 'bb', 'ccc'])
    expect(await texts({ includeSuperseded: true })).toEqual(['a', 'bb', 'ccc'])
  })

  test('many earlier passages are added to the set in batches, each exactly once', async () => {
    const texts = Array.from({ length: 450 }, (_, index) => `text ${index}`)
    await archive(...texts)
    await tasks().adopt(HANDLE, at())
    const embedded = await embedAll(0, { mostCharacters: 100_000 })
    expect([...embedded].sort()).toEqual([...texts].sort())
  })

  test('the same text is embedded once for all archives', async () => {
    const first = await archive('tea')
    await tasks().adopt(HANDLE, at())
    expect(await embedAll()).toEqual(['tea'])
    const second = await archive('tea', 'pot')
    await tasks().adopt(HANDLE, at())
    expect(await embedAll()).toEqual(['pot'])
    await insertPassages(subject.store, second.archiveId, [{ text: 'tea', source: 'again' }])
    expect(await tasks().handles(at())).toEqual([])
    await use(first.archiveId, 'openai/two')
    expect(await embedAll(0, { handle: 'openai/two' })).toEqual(['tea'])
  })

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

  test('a new model takes over when it is complete, in one transaction with the removal of the old one', async () => {
    const { archiveId } = await archive('a', 'bb')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    await use(archiveId, 'openai/two')
    await insertPassages(subject.store, archiveId, [{ text: 'ccc' }])
    expect(await counts()).toMatchObject([
      { handle: HANDLE, state: 'serving', embedded: 2, waiting: 1 },
      { handle: 'openai/two', state: 'building', embedded: 0, waiting: 3 },
    ])
    await embedAll()
    expect(await embedAll(0, { handle: 'openai/two' })).toHaveLength(3)
    expect(await counts()).toEqual([
      { handle: 'openai/two', state: 'serving', embedded: 3, waiting: 0, failed: 0 },
    ])
  })

  test('another change of the model drops the unfinished set and keeps the serving one', async () => {
    const { archiveId } = await archive('a')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    await use(archiveId, 'openai/two')
    await use(archiveId, 'openai/three')
    expect(await counts()).toMatchObject([{ handle: HANDLE }, { handle: 'openai/three' }])
    await use(archiveId, HANDLE)
    expect(await counts()).toMatchObject([{ handle: HANDLE, state: 'serving', embedded: 1 }])
    await use(archiveId, null)
    expect(await counts()).toEqual([])
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

  test('deleting an agent deletes all its vectors and those of its archive', async () => {
    const { agent } = await archive('a')
    await tasks().adopt(HANDLE, at())
    await embedMessages(agent.id, HANDLE)
    await embedAll()
    await subject.store.transaction((tx) => tx.agents.delete(agent.id, at()))
    expect(await counts()).toEqual([])
  })

  const embedMessages = (id: AgentId, handle: string | null) =>
    subject.store.transaction((tx) => tx.vectors.embedWith({ kind: 'agent', id }, handle, at()))

  test('earlier and later messages are embedded for agents with that setting', async () => {
    const agent = await insertAgent(subject.store)
    const say = (...messages: Parameters<typeof userSays>[]) =>
      subject.store.transaction((tx) =>
        tx.messages.append(agent.id, [
          ...messages.map((one) => userSays(...one)),
          callResult('a result'),
        ]),
      )
    await say(['Tea, please.', { tokens: 5 }], ['Thanks.', { tokens: 2 }])
    expect(await subject.store.messages.embeddable(agent.id)).toEqual({ messages: 2, tokens: 7 })
    expect(await tasks().handles(at())).toEqual([])
    await embedMessages(agent.id, HANDLE)
    await say(['More.'])
    expect([...(await embedAll())].sort()).toEqual(['More.', 'Tea, please.', 'Thanks.'])
    expect(await counts()).toMatchObject([{ state: 'serving', embedded: 3, waiting: 0 }])
    await embedMessages(agent.id, null)
    expect(await counts()).toEqual([])
  })
}
