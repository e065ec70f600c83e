import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PassageId } from '../../src/core/ids.ts'
import { type Call, callInner, createWithAllTools } from './inner-tools.ts'
import { startWorld, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const call = (agent: string, ...calls: readonly Call[]) => callInner(world, agent, ...calls)
const insert = (content: string, supersedes?: string): Call => [
  'archival_memory_insert',
  { content, ...(supersedes !== undefined && { supersedes }) },
]
const search = (args: object): Call => ['archival_memory_search', { ...args }]

async function store(agent: string, text: string, createdAt?: string): Promise<PassageId> {
  const { passages } = await world.context.archival.insert(agent, [text], { createdAt })
  const [passage] = passages
  if (!passage) throw new Error('nothing was stored')
  return passage.id
}

describe('an agent that stores something', () => {
  it('is told of earlier passages that may be outdated, and can replace them', async () => {
    const agent = await createWithAllTools(world)
    const old = await store(agent, 'Ann lives in Graz.', '2026-01-02')
    const days = Math.floor((Date.now() - Date.parse('2026-01-02')) / 86_400_000)
    const [told = ''] = await call(agent, insert('Ann lives in Vienna.'))
    const id = /^Stored as (passage-[0-9a-f-]{36})\./.exec(told)?.[1]
    expect(told).toBe(
      `Stored as ${id}. Similar to what was stored before: ${old} of 2026-01-02, ${days} days before (likely a contradiction): "Ann lives in Graz.". ` +
        'If it replaces one of them, insert it again with supersedes.',
    )
    const [replaced] = await call(agent, insert('Ann lives in Vienna.', old))
    expect(replaced).toBe(
      `It is in archival memory already, as ${id}. It takes the place of ${old}.`,
    )
    const { items } = await world.context.archival.search(agent, { limit: 9 })
    expect(items.map(({ item }) => item.text)).toEqual(['Ann lives in Vienna.'])
  })

  it('is told why it cannot replace a passage', async () => {
    const agent = await createWithAllTools(world)
    const foreign = await store(await createWithAllTools(world), 'Ann lives in Graz.')
    const [answer] = await call(agent, insert('Ann lives in Vienna.', foreign))
    expect(answer).toMatch(/^Error: The agent's archival memory has no passage/)
    expect((await world.context.archival.search(agent, { limit: 9 })).items).toEqual([])
  })

  it('sees only the quoted beginning of a similar text', async () => {
    const agent = await createWithAllTools(world)
    const long = ' and so on'.repeat(100)
    await store(agent, `Ann "likes" tea.\n${long}`)
    const [told = ''] = await call(agent, insert(`Ann "likes" coffee.\n${long}`))
    expect(told).toContain('"Ann \\"likes\\" tea.\\n and so on')
    expect(told.length).toBeLessThan(600)
  })
})

describe('a passage found by an agent', () => {
  async function counts(agent: string) {
    const { items } = await world.context.archival.search(agent, {
      limit: 9,
      includeSuperseded: true,
    })
    return Object.fromEntries(items.map(({ item }) => [item.text, item.foundCount]))
  }

  it('in its own search is counted; searches from outside count nothing', async () => {
    const agent = await createWithAllTools(world)
    await store(agent, 'red kettle')
    await store(agent, 'blue pot')
    for (const query of ['kettle', 'pot', undefined]) {
      await world.context.archival.search(agent, { query, limit: 9 })
    }
    expect(await counts(agent)).toEqual({ 'red kettle': 0, 'blue pot': 0 })
    expect((await world.context.agents.inspect(agent)).archival).toEqual({
      passages: 2,
      superseded: 0,
      found: 0,
    })

    const before = new Date().toISOString()
    await call(agent, search({ query: 'kettle' }), search({ query: 'kettle' }))
    expect(await counts(agent)).toEqual({ 'red kettle': 2, 'blue pot': 0 })
    await call(agent, search({}))
    expect(await counts(agent)).toEqual({ 'red kettle': 3, 'blue pot': 1 })
    const { items } = await world.context.archival.search(agent, { query: 'kettle', limit: 1 })
    expect((items[0]?.item.lastFoundAt ?? '') >= before).toBe(true)
    expect((await world.context.agents.inspect(agent)).archival.found).toBe(2)
  })

  it('is counted only if it was shown, not if it was left out', async () => {
    const agent = await createWithAllTools(world)
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
      await store(agent, `${name} ${'tea '.repeat(2_000)}`)
    const [text = ''] = await call(agent, search({ query: 'tea' }))
    const shown = JSON.parse(text).results.length
    expect(shown).toBeLessThan(6)
    expect((await world.context.agents.inspect(agent)).archival.found).toBe(shown)
  })

  it('is not counted when the search is refused', async () => {
    const agent = await createWithAllTools(world)
    await store(agent, 'red kettle')
    await call(agent, search({ query: 'kettle', start_datetime: 'yesterday' }))
    expect(await counts(agent)).toEqual({ 'red kettle': 0 })
  })
})
