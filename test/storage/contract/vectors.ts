import { expect, test } from 'vitest'
import { type AgentId, type ArchiveId, newId } from '../../../src/core/ids.ts'
import type { EmbeddingTask, EmbedQuery } from '../../../src/storage/port/store.ts'
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
      until: at(seconds + 30),
      mostTasks: 64,
      mostCharacters: 1_000,
      ...options,
    })
  /** Until tasks come, or nothing more is to be done. */
  async function claimSome(seconds = 0, options: object = {}): Promise<readonly EmbeddingTask[]> {
    for (;;) {
      const claimed = await claim(seconds, options)
      if (claimed.tasks.length > 0 || !claimed.progressed) return claimed.tasks
    }
  }
  async function embedAll(seconds = 0, options: object = {}): Promise<readonly string[]> {
    const embedded: string[] = []
    for (;;) {
      const claimed = await claimSome(seconds, options)
      if (claimed.length === 0) return embedded
      await tasks().finish(
        claimed.map((task) => found(task)),
        at(seconds + 600),
      )
      embedded.push(...claimed.map(({ text }) => text))
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

  test('held tasks are not claimed until their time is over or they are released', async () => {
    await archive('a', 'bb')
    await tasks().adopt(HANDLE, at())
    const [mine] = await claimSome(0, { mostTasks: 1 })
    const [theirs] = await claimSome(0, { owner: 'them' })
    expect([mine?.text, theirs?.text].sort()).toEqual(['a', 'bb'])
    expect(await claimSome(29, { owner: 'third' })).toEqual([])
    expect([...(await tasks().owners())].sort()).toEqual(['me', 'them'])

    if (!mine || !theirs) throw new Error('nothing was claimed')
    await tasks().renew('me', [mine], at(90))
    expect(await claimSome(31, { owner: 'third' })).toEqual([theirs])
    await tasks().renew('them', [theirs], at(999))
    await tasks().abandon('me')
    expect(await claimSome(32, { owner: 'fourth' })).toEqual([mine])
    await tasks().release('third', [theirs], 'no endpoint')
    expect(await claimSome(32, { owner: 'fifth' })).toEqual([theirs])
  })

  test('a batch ends before its texts grow too long, and one text is taken however long it is', async () => {
    await archive('a'.repeat(2_000), 'b'.repeat(600), 'c'.repeat(600))
    await tasks().adopt(HANDLE, at())
    const sizes = [
      (await claimSome()).length,
      (await claimSome()).length,
      (await claimSome()).length,
    ]
    expect(sizes).toEqual([1, 1, 1])
  })

  test('a refused text is retried a few times, and does not keep the set from serving', async () => {
    await archive('good', 'bad')
    await tasks().adopt(HANDLE, at())
    const first = await claimSome()
    await tasks().finish(
      first.map((task) =>
        task.text === 'good'
          ? found(task)
          : { kind: 'refused', task, problem: 'It is bad.', retryAt: at(60) },
      ),
      at(600),
    )
    expect(await claimSome(59)).toEqual([])
    expect(await counts()).toMatchObject([{ state: 'building', embedded: 1, waiting: 1 }])
    for (const attempt of [1, 2, 3, 4]) {
      const [task] = await claimSome(60 * attempt)
      if (!task) throw new Error('it was not tried again')
      expect(task).toMatchObject({ text: 'bad', attempts: attempt })
      const retryAt = at(60 * attempt + 60)
      await tasks().finish([{ kind: 'refused', task, problem: 'It is bad.', retryAt }], at(999))
    }
    expect(await claimSome(99_999)).toEqual([])
    expect(await tasks().counts()).toMatchObject([
      { state: 'serving', embedded: 1, waiting: 0, failed: 1, problem: 'It is bad.' },
    ])
  })

  test('the first vector gives a set its dimension; others are refused, and the set pauses', async () => {
    const { archiveId } = await archive('a')
    await tasks().adopt(HANDLE, at())
    await embedAll()
    await insertPassages(subject.store, archiveId, [{ text: 'bb' }])
    const wrong = await claimSome()
    const { problem } = await tasks().finish(
      wrong.map((task) => found(task, 7)),
      at(600),
    )
    expect(problem).toMatch(/7 dimensions.*stored have 4.*update_agent/)
    expect(await tasks().handles(at(599))).toEqual([])
    expect(await claimSome(599)).toEqual([])
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
    const [task] = await claimSome(0, { mostTasks: 1 })
    if (!task) throw new Error('nothing was claimed')
    await tasks().finish([found(task)], at())
    const [a, b] = passages
    if (!a || !b) throw new Error('nothing was inserted')
    const [done, open] = task.text === 'a' ? [a, b] : [b, a]
    await subject.store.transaction((tx) => tx.passages.delete(agent.id, open.id, at()))
    expect(await counts()).toMatchObject([{ state: 'serving', embedded: 1, waiting: 0 }])
    await subject.store.transaction((tx) => tx.passages.delete(agent.id, done.id, at()))
    expect(await counts()).toMatchObject([{ embedded: 0, waiting: 0 }])
    expect(await tasks().handles(at())).toEqual([])
  })

  test('an entry deleted while it is embedded leaves nothing behind', async () => {
    const { agent, passages } = await archive('a')
    await tasks().adopt(HANDLE, at())
    const claimed = await claimSome()
    await subject.store.transaction((tx) =>
      tx.passages.delete(agent.id, passages[0]?.id ?? 'passage-gone', at()),
    )
    await tasks().finish(
      claimed.map((task) => found(task)),
      at(),
    )
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
