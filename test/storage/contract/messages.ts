import { expect, test } from 'vitest'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { type AgentId, newId } from '../../../src/core/ids.ts'
import type { MessageReads, MessageSearch } from '../../../src/storage/port/store.ts'
import {
  assistantSays,
  at,
  insertAgent,
  insertRun,
  someMessage,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function messageContract(subject: Subject): void {
  async function found(agentId: AgentId, search: Partial<MessageSearch>) {
    const { items } = await subject.store.messages.search(agentId, { limit: 50, ...search })
    return items.map(({ item }) => item.seq)
  }

  test('what is in sight follows what is added, hidden and rolled back', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const run = await insertRun(store, id)
    const conversation = defaultConversation(id)
    const add = (...texts: readonly string[]) =>
      store.transaction((tx) =>
        tx.messages.append(
          id,
          texts.map((text) => userSays(text)),
        ),
      )
    const seen = async (messages: MessageReads = store.messages) =>
      (await messages.inSight(conversation, 1)).map(({ text }) => text)
    expect(await seen()).toEqual([])
    await add('a', 'b')
    expect(await seen()).toEqual(['a', 'b'])
    const failing = store.transaction(async (tx) => {
      await tx.messages.append(id, [userSays('lost')])
      expect(await seen(tx.messages)).toEqual(['a', 'b', 'lost'])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await seen()).toEqual(['a', 'b'])
    await add('c')
    expect(await seen()).toEqual(['a', 'b', 'c'])
    await store.transaction((tx) =>
      tx.messages.append(id, [userSays('refused', { runId: run.id })]),
    )
    expect(await seen()).toEqual(['a', 'b', 'c', 'refused'])
    await store.transaction((tx) => tx.messages.hideRun(run.id))
    expect(await seen()).toEqual(['a', 'b', 'c'])
    await add('d')
    expect(await seen()).toEqual(['a', 'b', 'c', 'd'])
    expect((await store.messages.inSight(conversation, 2)).map(({ text }) => text)).toEqual([
      'b',
      'c',
      'd',
    ])
  })

  test('messages of other sessions are found, and not in context', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const own = userSays('own kettle')
    const other = { ...userSays('other kettle'), elsewhere: true as const }
    const before = await store.messages.known([own.id, other.id])
    expect(before.size).toBe(0)
    await store.transaction((tx) => tx.messages.append(id, [own, other]))
    expect(await store.messages.known([own.id, other.id, newId('message')])).toEqual(
      new Set([own.id, other.id]),
    )
    const ids = (messages: readonly { readonly id: string }[]) => messages.map((one) => one.id)
    expect(ids(await store.messages.since(id, 1))).toEqual([own.id, other.id])
    expect(ids(await store.messages.inSight(defaultConversation(id), 1))).toEqual([own.id])
    expect((await store.messages.userMessageBefore(defaultConversation(id), 3))?.id).toBe(own.id)
    const { items } = await store.messages.search(id, { query: 'kettle', limit: 9 })
    expect(items).toHaveLength(2)
    expect(items.find(({ item }) => item.id === other.id)?.item.elsewhere).toBe(true)
  })

  test('messages come back as they were appended', async () => {
    const { store } = subject
    const { id: agentId } = await insertAgent(store)
    const { id: runId } = await insertRun(store, agentId)
    const callId = newId('call')
    const messages = [
      someMessage({ body: { role: 'system', text: 'Now.' } }),
      userSays('Hi 👋', { runId, tokens: 7 }),
      someMessage({
        runId,
        createdAt: at(3),
        body: {
          role: 'assistant',
          text: 'thinking aloud',
          reasoning: 'because',
          toolCalls: [{ id: callId, name: 'send_message', arguments: '{"broken": ' }],
          said: ['Hello', 'there'],
        },
      }),
      someMessage({
        runId,
        body: { role: 'tool', callId, toolName: 'send_message', status: 'error', text: 'no' },
      }),
    ]
    await store.transaction((tx) => tx.messages.append(agentId, messages))
    const stored = messages.map(({ body, ...message }, index) => ({
      ...body,
      ...message,
      agentId,
      conversationId: defaultConversation(agentId),
      seq: index + 1,
    }))
    expect(await store.messages.recent(agentId, {})).toEqual(stored)
    expect(await store.messages.ofRun(runId)).toEqual(stored.slice(1))
  })

  test('the recent ones are the newest, oldest first', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const texts = ['a', 'b', 'c', 'd']
    await store.transaction((tx) =>
      tx.messages.append(
        id,
        texts.map((text) => userSays(text)),
      ),
    )
    expect(await store.messages.recent(id, { messages: 2 })).toMatchObject([
      { text: 'c' },
      { text: 'd' },
    ])
  })

  test("those since a number are all from there on, and the user's words before it are found", async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    await store.transaction((tx) =>
      tx.messages.append(
        id,
        ['a', 'b', 'c', 'd'].map((text) => userSays(text)),
      ),
    )
    const since = await store.messages.since(id, 3)
    expect(since.map(({ seq }) => seq)).toEqual([3, 4])
    expect(await store.messages.since(id, 5)).toEqual([])
    expect(await store.messages.userMessageBefore(defaultConversation(id), 3)).toMatchObject({
      text: 'b',
    })
    expect(await store.messages.userMessageBefore(defaultConversation(id), 1)).toBeUndefined()
  })

  test('messages of each agent are numbered from 1 without gaps, also after a rollback', async () => {
    const { store } = subject
    const [a, b] = [await insertAgent(store), await insertAgent(store)]
    await store.transaction(async (tx) => {
      await tx.messages.append(a.id, [userSays('1'), userSays('2')])
      await tx.messages.append(b.id, [userSays('1')])
      await tx.messages.append(a.id, [])
      await tx.messages.append(a.id, [userSays('3')])
    })
    const failing = store.transaction(async (tx) => {
      await tx.messages.append(a.id, [userSays('lost')])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await Promise.all(
      Array.from({ length: 10 }, () =>
        store.transaction((tx) => tx.messages.append(a.id, [userSays('x'), userSays('y')])),
      ),
    )
    const numbers = (await store.messages.recent(a.id, {})).map(({ seq }) => seq)
    expect(numbers).toEqual(Array.from({ length: 23 }, (_, index) => index + 1))
    expect((await store.messages.recent(b.id, {})).map(({ seq }) => seq)).toEqual([1])
  })

  test('a message of a transaction that is run again is as the last run made it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const message = userSays('twice')
    const append = () =>
      store.transaction(async (tx) => {
        await tx.messages.append(id, [message])
        return tx.messages.recent(id, {})
      })
    const failing = store.transaction(async (tx) => {
      await tx.messages.append(id, [message])
      await tx.messages.recent(id, {})
      throw new Error('again')
    })
    await expect(failing).rejects.toThrow('again')
    await store.transaction((tx) => tx.messages.append(id, [userSays('between')]))
    expect((await append()).map(({ seq }) => seq)).toEqual([1, 2])
    expect((await store.messages.recent(id, {})).map(({ seq }) => seq)).toEqual([1, 2])
  })

  test('nothing is appended to an agent that does not exist', async () => {
    const { store } = subject
    const append = store.transaction((tx) => tx.messages.append(newId('agent'), [userSays('a')]))
    await expect(append).rejects.toThrow()
  })

  async function conversation(): Promise<AgentId> {
    const { store } = subject
    const { id } = await insertAgent(store)
    const call = newId('call')
    await store.transaction((tx) =>
      tx.messages.append(id, [
        userSays('My kettle is red', { createdAt: at(1) }),
        assistantSays('A red kettle, noted', { createdAt: at(2) }),
        assistantSays('', { createdAt: at(3) }),
        someMessage({
          body: {
            role: 'tool',
            callId: call,
            toolName: 'archival_memory_search',
            status: 'success',
            text: 'kettle found',
          },
          createdAt: at(4),
        }),
        someMessage({ body: { role: 'system', text: 'A kettle boils' }, createdAt: at(5) }),
        userSays('What colour was it?', { createdAt: at(6) }),
      ]),
    )
    return id
  }

  test('without a query what was said is listed newest first, without results of tools', async () => {
    expect(await found(await conversation(), {})).toEqual([6, 5, 2, 1])
  })

  test('a search by role finds what these said, tools too if they are named', async () => {
    const id = await conversation()
    expect(await found(id, { roles: ['user'] })).toEqual([6, 1])
    expect(await found(id, { roles: ['tool', 'assistant'] })).toEqual([4, 2])
    expect(await found(id, { roles: ['user'], query: 'kettles' })).toEqual([1])
  })

  test('bounds of a search by date are inclusive', async () => {
    const id = await conversation()
    expect(await found(id, { after: at(2) })).toEqual([6, 5, 2])
    expect(await found(id, { before: at(2) })).toEqual([2, 1])
    expect(await found(id, { after: at(2), before: at(5) })).toEqual([5, 2])
    expect(await found(id, { after: at(7) })).toEqual([])
    expect(await found(id, { query: 'kettle', after: at(2), before: at(2) })).toEqual([2])
  })

  test('a search by words finds any of them, the better first, with a score', async () => {
    const id = await conversation()
    const { items } = await subject.store.messages.search(id, { query: 'colour red', limit: 9 })
    expect(items.map(({ item }) => item.seq).sort()).toEqual([1, 2, 6])
    const scores = items.map(({ score = Number.NaN }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(items.map(({ foundBy }) => foundBy)).toEqual(['keyword', 'keyword', 'keyword'])
  })

  test('where nothing was ranked there is no score', async () => {
    const { items } = await subject.store.messages.search(await conversation(), { limit: 1 })
    expect(items[0]).not.toHaveProperty('score')
    expect(items[0]).not.toHaveProperty('foundBy')
  })

  test('a search leaves out the run that searches, and nothing else', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const [run, other] = [await insertRun(store, id), await insertRun(store, id)]
    await store.transaction((tx) =>
      tx.messages.append(id, [
        userSays('kettle'),
        userSays('kettle', { runId: other.id }),
        userSays('kettle', { runId: run.id }),
      ]),
    )
    expect(await found(id, { exceptRun: run.id })).toEqual([2, 1])
    expect((await found(id, { query: 'kettle', exceptRun: run.id })).sort()).toEqual([1, 2])
  })

  test.each([undefined, 'kettle'])('pages hold each message once (query: %s)', async (query) => {
    const { store } = subject
    const [{ id }, other] = [await insertAgent(store), await insertAgent(store)]
    const messages = Array.from({ length: 11 }, () => userSays('the kettle'))
    await store.transaction(async (tx) => {
      await tx.messages.append(other.id, [userSays('kettle kettle')])
      await tx.messages.append(id, messages)
    })
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await store.messages.search(id, { query, limit: 4, cursor })
      expect(page.items.length).toBeLessThanOrEqual(4)
      seen.push(...page.items.map(({ item }) => item.seq))
      cursor = page.nextCursor
    } while (cursor)
    const newestFirst = Array.from({ length: 11 }, (_, index) => 11 - index)
    expect(seen.toSorted((a, b) => b - a)).toEqual(newestFirst)
    if (query === undefined) expect(seen).toEqual(newestFirst)
    const atOnce = await store.messages.search(id, { query, limit: 11 })
    expect(atOnce.items.map(({ item }) => item.seq)).toEqual(seen)
  })
}
