import { expect, test } from 'vitest'
import { type Conversation, defaultConversation } from '../../../src/core/conversation.ts'
import { type AgentId, newId } from '../../../src/core/ids.ts'
import { assistantSays, at, insertAgent, insertRun, userSays } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function conversationContract(subject: Subject): void {
  async function converse(agentId: AgentId, title = ''): Promise<Conversation> {
    const conversation = { id: newId('conv'), agentId, title, createdAt: at(1) }
    await subject.store.transaction((tx) => tx.conversations.insert(conversation))
    return conversation
  }
  const say = (agentId: AgentId, text: string, conversation?: Conversation) =>
    subject.store.transaction((tx) =>
      tx.messages.append(agentId, [userSays(text)], conversation?.id),
    )
  const texts = (messages: readonly { readonly text: string }[]) => messages.map(({ text }) => text)
  const claim = (owner = 'me') =>
    subject.storage.claims.next({
      owner,
      now: at(5),
      expiresAt: at(35),
      orphanedBefore: at(-30),
    })

  test('an agent has one conversation from the start, and others beside it', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const own = defaultConversation(agent.id)
    expect(await store.conversations.get(own)).toEqual({
      id: own,
      agentId: agent.id,
      title: '',
      createdAt: agent.createdAt,
    })
    const second = await converse(agent.id, 'Second')
    expect(await store.conversations.get(second.id)).toEqual(second)
    const first = await store.conversations.list({ agentId: agent.id, limit: 1 })
    expect(first.items).toEqual([second])
    const rest = await store.conversations.list({
      agentId: agent.id,
      limit: 9,
      cursor: first.nextCursor,
    })
    expect(rest.items.map(({ id }) => id)).toEqual([own])
    expect(rest.nextCursor).toBeUndefined()
    await store.transaction((tx) => tx.conversations.rename(second.id, 'Other', at(2)))
    expect((await store.conversations.get(second.id))?.title).toBe('Other')
  })

  test('a conversation of no agent is refused', async () => {
    await expect(converse(newId('agent'))).rejects.toThrow()
  })

  test('each conversation has its own history and context, and the agent recalls all of it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const own = defaultConversation(id)
    const other = await converse(id)
    await say(id, 'kettle')
    await say(id, 'teapot', other)
    await say(id, 'kettle again')
    expect(texts(await store.messages.inSight(own, 1))).toEqual(['kettle', 'kettle again'])
    expect(texts(await store.messages.inSight(other.id, 1))).toEqual(['teapot'])
    expect(texts(await store.messages.recent(id, {}))).toEqual(['kettle', 'teapot', 'kettle again'])
    expect(texts(await store.messages.recent(id, { conversationId: own, before: 3 }))).toEqual([
      'kettle',
    ])
    expect((await store.messages.userMessageBefore(own, 3))?.text).toBe('kettle')
    expect(await store.messages.userMessageBefore(other.id, 2)).toBeUndefined()
    const found = await store.messages.search(id, { query: 'teapot', limit: 9 })
    expect(texts(found.items.map(({ item }) => item))).toEqual(['teapot'])

    await store.transaction((tx) =>
      tx.conversations.setContext(other.id, { from: 2, pressureTold: true, tokenRatio: 2 }, at()),
    )
    expect(await store.conversations.contextState(other.id)).toMatchObject({
      from: 2,
      pressureTold: true,
      tokenRatio: 2,
    })
    // Facts learned of the model belong to the agent.
    expect(await store.conversations.contextState(own)).toMatchObject({
      from: 1,
      pressureTold: false,
      tokenRatio: 2,
    })
  })

  test('runs of two conversations are claimed at once, and those of one conversation in turn', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await converse(id)
    const first = await insertRun(store, id)
    const second = await insertRun(store, id)
    const beside = await insertRun(store, id, { conversationId: other.id })
    const claimed = [await claim(), await claim(), await claim()]
    expect(claimed.map((one) => one?.run.id)).toEqual([first.id, beside.id, undefined])
    expect(claimed[0]?.lease.conversationId).toBe(defaultConversation(id))
    expect(claimed[1]?.lease.conversationId).toBe(other.id)
    expect(await store.runs.isAtWork(other.id)).toBe(true)
    await store.transaction((tx) => tx.runs.awaitApproval(first.id, at(6)))
    expect((await store.runs.blocking(second.id))?.id).toBe(first.id)
    expect(await store.runs.blocking(beside.id)).toBeUndefined()
  })

  test('a run knows its conversation and what began it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await converse(id)
    const root = await insertRun(store, id)
    expect(await store.runs.get(root.id)).toMatchObject({
      conversationId: defaultConversation(id),
      parentRunId: null,
      rootRunId: root.id,
      depth: 0,
      hops: 0,
      sender: 'user',
      senderAgentId: null,
    })
    const origin = {
      parentRunId: root.id,
      rootRunId: root.id,
      depth: 1,
      hops: 2,
      sender: 'agent',
      senderAgentId: id,
    } as const
    const child = await insertRun(store, id, { conversationId: other.id, origin })
    expect(await store.runs.get(child.id)).toMatchObject({ ...origin, conversationId: other.id })
  })

  test('a deleted conversation leaves nothing behind, and numbers of messages are not used again', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await converse(id)
    await say(id, 'kettle')
    await insertRun(store, id, { conversationId: other.id })
    await claim()
    await store.transaction(async (tx) => {
      await tx.messages.append(id, [userSays('teapot'), assistantSays('pot')], other.id)
      const summary = { id: newId('summary'), text: 's', fromSeq: 2, toSeq: 3, until: at() }
      await tx.conversations.setContext(
        other.id,
        { from: 4, summary: { ...summary, method: 'extract' } },
        at(),
      )
    })
    expect(await store.agents.counts(id)).toMatchObject({ messages: 3 })
    const gone = () => store.transaction((tx) => tx.conversations.delete(other.id, at(9)))
    expect(await gone()).toBe(true)
    expect(await gone()).toBe(false)
    expect(await store.conversations.get(other.id)).toBeUndefined()
    expect(await store.conversations.summaries(other.id)).toEqual([])
    expect((await store.messages.search(id, { query: 'teapot', limit: 9 })).items).toEqual([])
    expect((await store.runs.list({ agentId: id, limit: 9 })).items).toEqual([])
    expect(await subject.storage.claims.held()).toEqual([])
    expect(await store.agents.counts(id)).toMatchObject({ messages: 1 })
    await say(id, 'later')
    expect((await store.messages.recent(id, {})).map(({ seq }) => seq)).toEqual([1, 4])
    expect(await store.messages.last(id)).toBe(4)
    expect(await store.messages.countBefore(id, 4)).toBe(1)
  })

  test('deleting an agent deletes its conversations', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await converse(id)
    await store.transaction((tx) => tx.agents.delete(id, at()))
    expect(await store.conversations.get(other.id)).toBeUndefined()
    expect((await store.conversations.list({ agentId: id, limit: 9 })).items).toEqual([])
  })
}
