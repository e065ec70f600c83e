import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { AgentFilter } from '../../../src/storage/port/store.ts'
import {
  assistantSays,
  at,
  insertAgent,
  insertArchive,
  insertPassages,
  insertRun,
  someAgent,
  userSays,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

export function agentContract(subject: Subject): void {
  async function names(filter: Partial<AgentFilter>): Promise<readonly string[]> {
    const { items } = await subject.store.agents.list({ limit: 50, ...filter })
    return items.map(({ name }) => name)
  }

  test('an agent comes back as it was inserted', async () => {
    const agent = someAgent({
      name: 'Zoë "the ✨" O’Hara',
      description: 'Keeps notes',
      agentType: 'letta_v1_agent',
      model: 'openai/gpt-4o',
      contextWindow: 8_000,
      system: 'Be brief.',
      tags: ['work', 'a', 'later'],
      tools: ['send_message', 'archival_memory_search'],
      toolRules: [
        { type: 'run_first', toolName: 'archival_memory_search' },
        {
          type: 'conditional',
          toolName: 'archival_memory_search',
          cases: [{ equals: '"', tool: 'send_message' }],
          defaultChild: null,
          requireMatch: true,
        },
        { type: 'max_count_per_step', toolName: 'send_message', limit: 2 },
      ],
      updatedAt: at(5),
    })
    await subject.store.transaction((tx) => tx.agents.insert(agent))
    expect(await subject.store.agents.get(agent.id)).toEqual(agent)
  })

  test('an agent that does not exist is undefined', async () => {
    expect(await subject.store.agents.get(newId('agent'))).toBeUndefined()
  })

  test('the same tag given twice is kept once', async () => {
    const { id } = await insertAgent(subject.store, { tags: ['b', 'a', 'b'] })
    expect((await subject.store.agents.get(id))?.tags).toEqual(['b', 'a'])
  })

  test('a name is found exactly, case-sensitively, and as often as it was given, up to the limit', async () => {
    const { store } = subject
    const first = await insertAgent(store, { name: 'Ada' })
    const second = await insertAgent(store, { name: 'Ada' })
    await insertAgent(store, { name: 'ada' })
    await insertAgent(store, { name: 'Ada ' })
    expect(await store.agents.named('Ada', 5)).toEqual([first, second])
    expect(await store.agents.named('Ada', 1)).toEqual([first])
    expect(await store.agents.named('Ad_', 5)).toEqual([])
  })

  test('agents are listed newest first, in pages that hold each of them once', async () => {
    const { store } = subject
    for (let number = 1; number <= 7; number += 1) await insertAgent(store, { name: `${number}` })
    const pages: (readonly string[])[] = []
    let cursor: string | undefined
    do {
      const page = await store.agents.list({ limit: 3, cursor })
      pages.push(page.items.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor)
    expect(pages).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']])
  })

  test('a page that ends with the last agent has no next one', async () => {
    const { store } = subject
    for (const name of ['1', '2', '3']) await insertAgent(store, { name })
    expect((await store.agents.list({ limit: 3 })).nextCursor).toBeUndefined()
  })

  test('agents created while paging are not in the later pages', async () => {
    const { store } = subject
    for (const name of ['1', '2', '3']) await insertAgent(store, { name })
    const { nextCursor } = await store.agents.list({ limit: 2 })
    await insertAgent(store, { name: '4' })
    expect(await names({ limit: 2, cursor: nextCursor })).toEqual(['1'])
  })

  test.each([
    ['a part of the name', 'ELP', ['Helper']],
    ['a part of the description', 'TAXES', ['Other']],
    ['letters outside ASCII, in either case', 'ärger', ['Ärger']],
    ['letters outside ASCII as they stand', 'Ärger', ['Ärger']],
    ['nothing, which is everything', '', ['100%', 'Ärger', 'Other', 'Helper']],
    ['a per cent sign as itself', '%', ['100%']],
    ['an underscore as itself', '_', []],
    ['a backslash as itself', '\\', []],
    ['a quote as itself', "'", []],
  ])('a query finds %s', async (_, query, found) => {
    await insertAgent(subject.store, { name: 'Helper' })
    await insertAgent(subject.store, { name: 'Other', description: 'Does taxes' })
    await insertAgent(subject.store, { name: 'Ärger' })
    await insertAgent(subject.store, { name: '100%' })
    expect(await names({ query })).toEqual(found)
  })

  test('a list by tags holds the agents that have all of them', async () => {
    await insertAgent(subject.store, { name: 'both', tags: ['a', 'b'] })
    await insertAgent(subject.store, { name: 'one', tags: ['a'] })
    await insertAgent(subject.store, { name: 'none' })
    expect(await names({ tags: ['a', 'b'] })).toEqual(['both'])
    expect(await names({ tags: ['a'] })).toEqual(['one', 'both'])
    expect(await names({ tags: [] })).toEqual(['none', 'one', 'both'])
    expect(await names({ tags: ['A'] })).toEqual([])
  })

  test('an update changes what it names and nothing else', async () => {
    const { store } = subject
    const agent = await insertAgent(store, { tags: ['old'], tools: ['send_message'], system: 'x' })
    const updated = await store.transaction((tx) =>
      tx.agents.update(agent.id, { name: 'Bea', contextWindow: 9_000, system: null }, at(9)),
    )
    expect(updated).toBe(true)
    expect(await store.agents.get(agent.id)).toEqual({
      ...agent,
      name: 'Bea',
      contextWindow: 9_000,
      system: null,
      updatedAt: at(9),
    })
  })

  test('an update replaces the lists that it names', async () => {
    const { store } = subject
    const { id } = await insertAgent(store, { tags: ['a', 'b'], tools: ['x'] })
    await store.transaction((tx) => tx.agents.update(id, { tags: ['c'], tools: [] }, at()))
    expect(await store.agents.get(id)).toMatchObject({ tags: ['c'], tools: [] })
    await store.transaction((tx) => tx.agents.update(id, { tags: [] }, at()))
    expect((await store.agents.get(id))?.tags).toEqual([])
  })

  test('an update of an agent that does not exist says so', async () => {
    const updated = await subject.store.transaction((tx) =>
      tx.agents.update(newId('agent'), { name: 'x', tags: ['t'] }, at()),
    )
    expect(updated).toBe(false)
  })

  test('counts are of the messages and passages that the agent has', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    expect(await store.agents.counts(id)).toEqual({ messages: 0, passages: 0 })
    await store.transaction((tx) => tx.messages.append(id, [userSays('a'), assistantSays('b')]))
    const archiveId = await insertArchive(store, id)
    await insertPassages(store, archiveId, [{ text: 'a' }, { text: 'b' }, { text: 'b' }])
    expect(await store.agents.counts(id)).toEqual({ messages: 2, passages: 2 })
  })

  test('deleting an agent deletes its history, runs, archive and their words', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const other = await insertAgent(store)
    const archiveId = await insertArchive(store, id)
    const [passage] = await insertPassages(store, archiveId, [{ text: 'kettle' }])
    const run = await insertRun(store, id)
    await store.transaction((tx) => tx.messages.append(id, [userSays('kettle', { runId: run.id })]))

    expect(await store.transaction((tx) => tx.agents.delete(id, at(1)))).toBe(true)

    expect(await store.agents.get(id)).toBeUndefined()
    expect(await store.agents.counts(id)).toEqual({ messages: 0, passages: 0 })
    expect(await store.messages.recent(id, {})).toEqual([])
    expect(await store.messages.ofRun(run.id)).toEqual([])
    expect((await store.messages.search(id, { query: 'kettle', limit: 9 })).items).toEqual([])
    expect(await store.runs.get(run.id)).toBeUndefined()
    expect(passage && (await store.passages.find(passage.id))).toBeUndefined()
    expect((await store.passages.search(id, { query: 'kettle', limit: 9 })).items).toEqual([])
    expect((await store.agents.list({ limit: 9 })).items).toEqual([other])
  })

  test('the deletion of an agent that does not exist says so and is no change', async () => {
    const { store, storage } = subject
    const before = await storage.changes.head()
    expect(await store.transaction((tx) => tx.agents.delete(newId('agent'), at()))).toBe(false)
    expect(await storage.changes.head()).toBe(before)
  })
}
