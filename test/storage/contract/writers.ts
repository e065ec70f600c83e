import { expect, test } from 'vitest'
import { createCheckRoom } from '../../../src/agent/compaction/check-room.ts'
import { databaseRegistry } from '../../../src/agent/tools/database-tools.ts'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { newId } from '../../../src/core/ids.ts'
import { createArchivalMemory } from '../../../src/memory/archival.ts'
import { createBlockMemory } from '../../../src/memory/blocks.ts'
import {
  at,
  byClient,
  insertAgent,
  insertArchive,
  insertBlock,
  insertPassages,
  someBlock,
  someRun,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/* Concurrent writes end as if they had run one after another. */

const SEVERAL = Array.from({ length: 12 }, (_, index) => index)
const atOnce = <T>(work: (index: number) => Promise<T>) => Promise.all(SEVERAL.map(work))
const timesTrue = (answers: readonly boolean[]) => answers.filter((answer) => answer).length

export function writerContract(subject: Subject): void {
  const memory = () => createArchivalMemory(subject.store, () => Date.parse(at()))

  test('messages are numbered without a gap', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    await atOnce((index) =>
      store.transaction((tx) =>
        tx.messages.append(id, [userSays(`${index} a`), userSays(`${index} b`)]),
      ),
    )
    const messages = await store.messages.recent(id, {})
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1))
  })

  test('an agent gets one block with a label', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const attached = await atOnce(() =>
      store.transaction(async (tx) =>
        tx.blocks.attach(id, await tx.blocks.insert(someBlock(), byClient), at()),
      ),
    )
    expect(timesTrue(attached)).toBe(1)
  })

  test('edits of a block that agents share all take effect, whichever agent they are made for', async () => {
    const { store } = subject
    const agents = [await insertAgent(store), await insertAgent(store, { name: 'Bob' })]
    const block = await insertBlock(store, agents, { value: '' })
    const blocks = createBlockMemory(
      store,
      () => Date.parse(at()),
      createCheckRoom(databaseRegistry),
    )
    for (let round = 0; round < 5; round += 1) {
      await atOnce((index) => blocks.append(index % 2 === 0 ? 'Ada' : 'Bob', 'human', `${index}`))
    }
    expect((await store.blocks.get(block.id))?.value.split('\n').length).toBeGreaterThanOrEqual(60)
  })

  test('one of several creators of a block with the same label succeeds, and the others write to it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const blocks = createBlockMemory(
      store,
      () => Date.parse(at()),
      createCheckRoom(databaseRegistry),
    )
    await atOnce((index) => blocks.write('Ada', 'diary', `${index}`, {}))
    expect(await store.blocks.ofAgent(id)).toMatchObject([{ label: 'diary', version: 12 }])
  })

  test('the same text is stored once, and places within a source are given once', async () => {
    const { store } = subject
    await insertAgent(store)
    const inserted = await atOnce((index) =>
      memory().insert('Ada', ['Likes tea.', `Likes ${index}.`], { source: 'letter' }),
    )
    expect(new Set(inserted.map(({ passages }) => passages[0]?.id)).size).toBe(1)
    const { items } = await store.archives.list({ limit: 9 })
    expect(items).toMatchObject([{ passages: 13 }])
    const [first] = inserted[0]?.passages ?? []
    expect(await memory().around('Ada', first?.id ?? '', 20)).toHaveLength(13)
  })

  test('one of several agents that supersede a passage succeeds', async () => {
    const { store } = subject
    const [ada, bob] = [await insertAgent(store), await insertAgent(store, { name: 'Bob' })]
    const archiveId = await insertArchive(store, ada.id)
    await store.transaction((tx) => tx.archives.attach(bob.id, archiveId, true, at()))
    const [old] = await insertPassages(store, archiveId, [{ text: 'It is 1.' }])
    const outcomes = await Promise.allSettled(
      SEVERAL.map((index) =>
        memory().insert(index % 2 === 0 ? 'Ada' : 'Bob', [`It is ${index + 2}.`], {
          supersedes: old?.id,
        }),
      ),
    )
    expect(timesTrue(outcomes.map(({ status }) => status === 'fulfilled'))).toBe(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    }
    expect(await store.archives.get(archiveId)).toMatchObject({ passages: 2, superseded: 1 })
  })

  test('an idempotency key makes one run', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const runs = await atOnce(() =>
      store.transaction(async (tx) => {
        await tx.agents.get(id)
        const known = await tx.runs.byIdempotencyKey(id, 'once')
        if (known) return known.id
        const run = someRun(id, { idempotencyKey: 'once' })
        await tx.runs.insert(run)
        return run.id
      }),
    )
    expect(new Set(runs).size).toBe(1)
  })

  test('a context read by several is changed by one of them', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const changed = await atOnce((index) =>
      store.transaction(async (tx) => {
        const { from } = await tx.conversations.contextState(defaultConversation(id))
        if (from !== 1) return false
        await new Promise((resolve) => setTimeout(resolve, 50))
        await tx.conversations.setContext(
          defaultConversation(id),
          {
            from: 5 + index,
            summary: {
              id: newId('summary'),
              text: '',
              fromSeq: 1,
              toSeq: 4,
              until: at(),
              method: 'model',
            },
          },
          at(),
        )
        return true
      }),
    )
    expect(timesTrue(changed)).toBe(1)
    expect(await store.conversations.summaries(defaultConversation(id))).toHaveLength(1)
  })

  test('shared memory is deleted with its last agent, also if all are deleted at once', async () => {
    const { store } = subject
    const agents = [await insertAgent(store), await insertAgent(store), await insertAgent(store)]
    const [first, ...others] = agents
    if (!first) throw new Error('no agent')
    const block = await insertBlock(store, agents)
    const archiveId = await insertArchive(store, first.id)
    for (const { id } of others) {
      await store.transaction((tx) => tx.archives.attach(id, archiveId, true, at()))
    }
    await Promise.all(
      agents.map(({ id }) => store.transaction((tx) => tx.agents.delete(id, at(1)))),
    )
    expect(await store.blocks.get(block.id)).toBeUndefined()
    expect(await store.archives.get(archiveId)).toBeUndefined()
  })

  test('a name is given to one token', async () => {
    const { tokens } = subject.storage
    const made = await atOnce((index) =>
      tokens.insert({
        id: newId('token'),
        name: 'laptop',
        digest: `${index}`,
        scopes: [],
        namespace: 'default',
        createdAt: at(),
        expiresAt: null,
      }),
    )
    expect(timesTrue(made)).toBe(1)
    const [token] = await tokens.list()
    const revoked = await atOnce(() => tokens.revoke(token?.id ?? newId('token'), at(1)))
    expect(timesTrue(revoked)).toBe(1)
  })
}
