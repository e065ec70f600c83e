import { expect, test } from 'vitest'
import type { ContextState, Summary } from '../../../src/core/agent.ts'
import { defaultConversation } from '../../../src/core/conversation.ts'
import { type AgentId, newId } from '../../../src/core/ids.ts'
import { at, insertAgent } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const NEW: ContextState = {
  from: 1,
  tokenRatio: 1,
  pressureTold: false,
  learnedWindow: null,
  ranOn: null,
  summariesFrom: 1,
  summary: null,
}

function someSummary(fields: Partial<Summary> = {}): Summary {
  const [text, until] = ['Likes tea 🍵.', at(3)]
  return { id: newId('summary'), text, fromSeq: 1, toSeq: 9, until, method: 'model', ...fields }
}

export function contextContract(subject: Subject): void {
  const set = (id: AgentId, state: Partial<ContextState>) =>
    subject.store.transaction((tx) =>
      tx.conversations.setContext(defaultConversation(id), state, at(5)),
    )
  const state = (id: AgentId) => subject.store.conversations.contextState(defaultConversation(id))

  test('a new agent, and one that does not exist, have the default context state', async () => {
    expect(await state((await insertAgent(subject.store)).id)).toEqual(NEW)
    expect(await state(newId('agent'))).toEqual(NEW)
  })

  test('setting a field of a context changes only that field of that agent', async () => {
    const [{ id }, other] = [await insertAgent(subject.store), await insertAgent(subject.store)]
    await set(id, { from: 7, tokenRatio: 1.25, pressureTold: true, learnedWindow: 8_192 })
    const expected = { ...NEW, from: 7, tokenRatio: 1.25, pressureTold: true, learnedWindow: 8_192 }
    expect(await state(id)).toEqual(expected)
    await set(id, { pressureTold: false })
    expect(await state(id)).toEqual({ ...expected, pressureTold: false })
    await set(id, { learnedWindow: null })
    expect(await state(id)).toEqual({ ...expected, pressureTold: false, learnedWindow: null })
    expect(await state(other.id)).toEqual(NEW)
  })

  test('the newest summary of an agent is in context', async () => {
    const [{ id }, other] = [await insertAgent(subject.store), await insertAgent(subject.store)]
    const first = someSummary()
    await set(id, { from: 10, summary: first })
    expect(await state(id)).toEqual({ ...NEW, from: 10, summary: first })
    const second = someSummary({ text: 'More.', fromSeq: 10, toSeq: 19, method: 'extract' })
    await set(id, { from: 20, summary: second })
    await set(other.id, { summary: someSummary() })
    await set(id, { tokenRatio: 2 })
    expect(await state(id)).toEqual({ ...NEW, from: 20, tokenRatio: 2, summary: second })
  })

  test('summaries older than a new context are not shown', async () => {
    const { id } = await insertAgent(subject.store)
    await set(id, { summary: someSummary({ toSeq: 9 }) })
    await set(id, { from: 11, summariesFrom: 11 })
    expect(await state(id)).toEqual({ ...NEW, from: 11, summariesFrom: 11 })
    const later = someSummary({ fromSeq: 11, toSeq: 11 })
    await set(id, { from: 12, summary: later })
    expect((await state(id)).summary).toEqual(later)
  })

  test('a context that is changed in a transaction that fails stays as it was', async () => {
    const { id } = await insertAgent(subject.store)
    const failing = subject.store.transaction(async (tx) => {
      await tx.conversations.setContext(
        defaultConversation(id),
        { from: 5, summary: someSummary() },
        at(),
      )
      expect((await tx.conversations.contextState(defaultConversation(id))).from).toBe(5)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await state(id)).toEqual(NEW)
  })

  test('deleting an agent deletes its summaries', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    await set(agent.id, { from: 10, summary: someSummary() })
    await store.transaction((tx) => tx.agents.delete(agent.id, at()))
    expect(await state(agent.id)).toEqual(NEW)
    await store.transaction((tx) => tx.agents.insert(agent))
    expect(await state(agent.id)).toEqual(NEW)
  })
}
