import { expect, test } from 'vitest'
import { type AgentId, newId } from '../../../src/core/ids.ts'
import type { EmbedQuery } from '../../../src/storage/port/store.ts'
import {
  at,
  callResult,
  insertAgent,
  insertArchive,
  insertPassages,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const HANDLE = 'openai/one'

import { embeddingOf } from './embedding.ts'

export function vectorContract(subject: Subject): void {
  const { tasks, embedAll, counts, use, archive } = embeddingOf(subject)

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
