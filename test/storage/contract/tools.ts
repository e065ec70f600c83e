import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { ToolDefinition, ToolGrant } from '../../../src/core/stored-tool.ts'
import { at, insertAgent } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const GRANT: ToolGrant = { digest: 'd', capabilities: ['write'], network: [], secrets: [] }

function someTool(fields: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    name: 'echo',
    description: 'Says it again.',
    language: 'typescript',
    source: 'function echo() {}',
    parameters: { type: 'object', properties: {}, required: [] },
    entry: 'echo',
    given: [],
    tags: [],
    effect: 'database',
    requiresApproval: false,
    capabilities: [],
    network: [],
    secrets: [],
    timeoutSeconds: 30,
    ...fields,
  }
}

const note = (name = 'owner') => ({ author: { name }, at: at() })

export function toolContract(subject: Subject): void {
  const insert = (fields: Partial<ToolDefinition> = {}) =>
    subject.store.transaction((tx) => tx.tools.insert(newId('tool'), someTool(fields), note()))

  async function inserted(fields: Partial<ToolDefinition> = {}) {
    const tool = await insert(fields)
    if (!tool) throw new Error('the name is taken')
    return tool
  }

  test('tools come back as they were stored, by id and by name', async () => {
    const tool = await inserted({ tags: ['a'], capabilities: ['read'], network: ['example.com'] })
    expect(await subject.store.tools.get(tool.id)).toEqual(tool)
    expect(await subject.store.tools.named(['echo', 'other'])).toEqual([tool])
    expect(tool).toMatchObject({ version: 1, author: 'owner' })
  })

  test('a name belongs to one tool of a namespace', async () => {
    await inserted()
    expect(await insert()).toBeUndefined()
    const other = await inserted({ name: 'other' })
    const renamed = await subject.store.transaction((tx) =>
      tx.tools.update(other, someTool(), note()),
    )
    expect(renamed).toBeUndefined()
    const elsewhere = subject.storage.in('elsewhere')
    expect(await elsewhere.tools.named(['echo'])).toEqual([])
    await elsewhere.transaction((tx) => tx.tools.insert(newId('tool'), someTool(), note()))
    expect(await elsewhere.tools.named(['echo'])).toHaveLength(1)
  })

  test('each update adds a version, and the earlier ones stay', async () => {
    const { store } = subject
    const first = await inserted()
    const second = await store.transaction((tx) =>
      tx.tools.update(first, someTool({ source: 'second' }), { ...note('agent-x'), reason: 'why' }),
    )
    expect(second).toMatchObject({ version: 2, source: 'second', author: 'owner' })
    const stale = store.transaction((tx) => tx.tools.update(first, someTool(), note()))
    await expect(stale).rejects.toThrow()
    const page = await store.tools.versions(first.id, { limit: 1 })
    expect(page.items).toMatchObject([
      { version: 2, author: { name: 'agent-x' }, reason: 'why', chars: 6 },
    ])
    const rest = await store.tools.versions(first.id, { limit: 1, cursor: page.nextCursor })
    expect(rest.items).toMatchObject([{ version: 1, reason: null }])
    expect(rest.nextCursor).toBeUndefined()
    expect(await store.tools.definitionAt(first.id, 1)).toEqual(someTool())
    expect(await store.tools.definitionAt(first.id, 3)).toBeUndefined()
  })

  test('tools are listed newest first, by words of name and description, and by tags', async () => {
    await inserted({ name: 'one', tags: ['a', 'b'] })
    await inserted({ name: 'two', tags: ['a'], description: 'Counts 50%.' })
    const names = async (filter: object) =>
      (await subject.store.tools.list({ limit: 10, ...filter })).items.map(({ name }) => name)
    expect(await names({})).toEqual(['two', 'one'])
    expect(await names({ query: 'COUNTS 50%' })).toEqual(['two'])
    expect(await names({ tags: ['a'] })).toEqual(['two', 'one'])
    expect(await names({ tags: ['a', 'b'] })).toEqual(['one'])
    const page = await subject.store.tools.list({ limit: 1 })
    expect(await names({ cursor: page.nextCursor })).toEqual(['one'])
  })

  test('an agent has tools, with what is approved of them and which it sees', async () => {
    const { store } = subject
    const agent = await insertAgent(store)
    const [one, two] = [await inserted({ name: 'one' }), await inserted({ name: 'two' })]
    await store.transaction(async (tx) => {
      await tx.tools.attach(agent.id, one.id, GRANT)
      await tx.tools.attach(agent.id, two.id, null)
      await tx.tools.setLoaded(agent.id, [two.id, one.id])
      await tx.tools.attach(agent.id, one.id, null)
    })
    const attached = await store.tools.ofAgent(agent.id)
    expect(attached.toSorted((a, b) => a.loaded - b.loaded)).toEqual([
      { tool: two, grant: null, loaded: 1 },
      { tool: one, grant: null, loaded: 2 },
    ])
    expect(await store.tools.agentsOf(one.id)).toEqual([agent.id])
    await store.transaction(async (tx) => {
      expect(await tx.tools.detach(agent.id, one.id)).toBe(true)
      expect(await tx.tools.detach(agent.id, one.id)).toBe(false)
      await tx.tools.setLoaded(agent.id, [])
      await tx.tools.attach(agent.id, two.id, GRANT)
    })
    expect(await store.tools.ofAgent(agent.id)).toEqual([{ tool: two, grant: GRANT, loaded: 0 }])
  })

  test('a deleted tool leaves nothing, nor does a deleted agent', async () => {
    const { store } = subject
    const [agent, other] = [await insertAgent(store), await insertAgent(store, { name: 'Bea' })]
    const [one, two] = [await inserted({ name: 'one' }), await inserted({ name: 'two' })]
    await store.transaction(async (tx) => {
      for (const tool of [one, two]) await tx.tools.attach(agent.id, tool.id, null)
      await tx.tools.attach(other.id, two.id, null)
      expect(await tx.tools.delete(one.id, at())).toBe(true)
      expect(await tx.tools.delete(one.id, at())).toBe(false)
      await tx.agents.delete(agent.id, at())
    })
    expect(await store.tools.get(one.id)).toBeUndefined()
    expect((await store.tools.versions(one.id, { limit: 1 })).items).toEqual([])
    expect(await store.tools.agentsOf(two.id)).toEqual([other.id])
  })

  test('changes of tools are announced', async () => {
    const { storage, store } = subject
    const before = await storage.changes.head()
    const tool = await inserted()
    await store.transaction((tx) => tx.tools.update(tool, someTool({ tags: ['x'] }), note()))
    const changes = await storage.changes.after(before, 10)
    expect(changes.map(({ kind, subjectId }) => [kind, subjectId])).toEqual([
      ['tool', tool.id],
      ['tool', tool.id],
    ])
  })
}
