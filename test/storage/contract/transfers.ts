import { expect, test } from 'vitest'
import type { Author, BlockVersion } from '../../../src/core/block.ts'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId } from '../../../src/core/ids.ts'
import type { PlacedPassage } from '../../../src/storage/port/store.ts'
import {
  at,
  byClient,
  giveArchive,
  insertAgent,
  insertArchive,
  insertBlock,
  insertPassages,
  someArchive,
  somePassage,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/** Reading a whole agent, and writing one with a history. */
export function transferContract(subject: Subject): void {
  test('a block with a past is what its last version is, and was what they were', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const author: Author = { kind: 'agent', agentId: agent.id, runId: null, callId: null }
    const version = (number: number, fields: Partial<BlockVersion>): BlockVersion => ({
      version: number,
      value: `v${number}`,
      description: '',
      limit: 10,
      readOnly: false,
      at: at(number),
      author,
      reason: null,
      ...fields,
    })
    const versions = [
      version(1, { author: { kind: 'client' }, reason: 'because' }),
      version(2, {}),
      version(3, { limit: 99, readOnly: true, description: 'd' }),
    ] as const
    const id = newId('block')
    const block = await store.transaction(async (tx) => {
      const made = await tx.blocks.insertHistory({ id, label: 'human' }, versions)
      await tx.blocks.attach(agent.id, made, at(1))
      return made
    })
    expect(await store.blocks.get(id)).toEqual(block)
    expect(block).toMatchObject({ version: 3, value: 'v3', limit: 99, readOnly: true })
    expect(block).toMatchObject({ createdAt: at(1), updatedAt: at(3) })
    expect(await store.blocks.asOf(agent.id, at(2))).toMatchObject([{ version: 2, value: 'v2' }])
    expect(await store.blocks.attachments(agent.id)).toEqual([{ blockId: id, at: at(1) }])
    expect(await store.blocks.versionsAfter(id, 0, 2)).toEqual(versions.slice(0, 2))
    expect(await store.blocks.versionsAfter(id, 2, 2)).toEqual(versions.slice(2))
    const next = await store.transaction((tx) => tx.blocks.update(block, { value: 'v4' }, byClient))
    expect(next).toMatchObject({ version: 4, updatedAt: at(3) })
  })

  test('a block may have a past of thousands of versions', async () => {
    const { store } = subject
    const versions = Array.from({ length: 2_001 }, (_, index) => ({
      version: index + 1,
      value: String(index),
      description: '',
      limit: 10,
      readOnly: false,
      at: at(),
      author: { kind: 'client' } as const,
      reason: null,
    }))
    const [first, ...rest] = versions
    const id = newId('block')
    if (first)
      await store.transaction((tx) => tx.blocks.insertHistory({ id, label: 'a' }, [first, ...rest]))
    expect(await store.blocks.valueAt(id, 2_001)).toBe('2000')
    expect((await store.blocks.versionsAfter(id, 1_999, 100)).length).toBe(2)
  })

  test('messages are read so many at a time', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const texts = ['one', 'two', 'three']
    await store.transaction((tx) =>
      tx.messages.append(
        agent.id,
        texts.map((text) => userSays(text)),
      ),
    )
    const read = async (seq: number, limit?: number) =>
      (await store.messages.since(agent.id, seq, limit)).map(({ text }) => text)
    expect(await read(1, 2)).toEqual(['one', 'two'])
    expect(await read(3, 2)).toEqual(['three'])
    expect(await read(4, 2)).toEqual([])
    expect(await read(1)).toEqual(texts)
  })

  test('all summaries of an agent are read in order, those out of sight too', async () => {
    const { store } = subject
    const [agent, other] = [await insertAgent(store), await insertAgent(store)]
    const summary = (text: string, seq: number) =>
      ({
        id: newId('summary'),
        text,
        fromSeq: seq,
        toSeq: seq,
        until: at(),
        method: 'model',
      }) as const
    const [first, second] = [summary('first', 1), summary('second', 2)]
    await store.transaction(async (tx) => {
      for (const one of [first, second])
        await tx.conversations.setContext(defaultConversation(agent.id), { summary: one }, at())
      await tx.conversations.setContext(defaultConversation(agent.id), { summariesFrom: 5 }, at())
      await tx.conversations.setContext(
        defaultConversation(other.id),
        { summary: summary('of another', 1) },
        at(),
      )
    })
    expect(await store.conversations.summaries(defaultConversation(agent.id))).toEqual([
      first,
      second,
    ])
  })

  test('the passages of an archive are read in pages, oldest first, each once', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const archive = await insertArchive(store, agent.id)
    const other = await insertArchive(store, agent.id)
    await insertPassages(store, other, [{ text: 'elsewhere' }])
    const texts = ['d', 'a', 'c', 'b', 'e']
    await insertPassages(
      store,
      archive,
      // Two of the same moment on either side of the end of a page.
      texts.map((text, index) => ({
        text,
        source: 'book',
        createdAt: at([3, 0, 1, 1, 4][index] ?? 0),
      })),
    )
    const found: [string, number][] = []
    let cursor: string | undefined
    do {
      const page = await store.passages.ofArchive(archive, { limit: 2, cursor })
      expect(page.items.length).toBeLessThanOrEqual(2)
      found.push(...page.items.map(({ text, position }): [string, number] => [text, position]))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(found).toEqual([
      ['a', 2],
      ['c', 3],
      ['b', 4],
      ['d', 1],
      ['e', 5],
    ])
  })

  test('passages with a past are found, counted and placed as if they had lived here', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const archive = someArchive()
    const passage = (text: string, fields: Partial<PlacedPassage>): PlacedPassage => ({
      ...somePassage(archive.id, { text }),
      source: 'book',
      position: 1,
      supersededBy: null,
      expiresAt: null,
      foundCount: 0,
      lastFoundAt: null,
      ...fields,
    })
    const current = passage('A red kite.', { position: 7, foundCount: 3, lastFoundAt: at(5) })
    const old = passage('A blue kite.', { supersededBy: current.id, tags: ['toy'] })
    await store.transaction(async (tx) => {
      await giveArchive(tx, agent.id, archive)
      await tx.passages.insertHistory([old, current], at(9))
    })
    const search = async (includeSuperseded: boolean) =>
      (
        await store.passages.search(agent.id, { query: 'kite', limit: 5, includeSuperseded })
      ).items.map(({ item }) => item.text)
    expect(await search(false)).toEqual(['A red kite.'])
    expect((await search(true)).sort()).toEqual(['A blue kite.', 'A red kite.'])
    expect(await store.archives.get(archive.id)).toMatchObject({
      passages: 2,
      superseded: 1,
      found: 1,
    })
    expect((await store.passages.ofArchive(archive.id, { limit: 9 })).items).toEqual([old, current])
    await insertPassages(store, archive.id, [{ text: 'Next.', source: 'book' }])
    const placed = (await store.passages.ofArchive(archive.id, { limit: 9 })).items
    expect(placed.map(({ position }) => position)).toEqual([1, 7, 8])
  })

  test.skipIf(subject.hasOneSession)(
    'reads of one moment are not bent by what is written meanwhile, nor hold it up',
    async () => {
      const { store } = subject
      const agent = await insertAgent(store)
      const block = await insertBlock(store, [agent], { value: 'before' })
      const append = () => store.transaction((tx) => tx.messages.append(agent.id, [userSays('Hi')]))
      await append()
      const seen = await store.snapshot(async (reads) => {
        const first = await reads.blocks.get(block.id)
        await store.transaction((tx) => tx.blocks.update(block, { value: 'after' }, byClient))
        await append()
        expect((await store.blocks.get(block.id))?.value).toBe('after')
        const messages = await reads.messages.since(agent.id, 1)
        return { first, second: await reads.blocks.get(block.id), messages: messages.length }
      })
      expect(seen).toEqual({ first: block, second: block, messages: 1 })
      await expect(
        store.snapshot(async () => {
          throw new Error('stop')
        }),
      ).rejects.toThrow('stop')
    },
  )
}
