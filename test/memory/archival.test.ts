import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent } from '../../src/core/agent.ts'
import { newId } from '../../src/core/ids.ts'
import { type ArchivalFilter, createArchivalMemory } from '../../src/memory/archival.ts'
import { createRecallMemory } from '../../src/memory/recall.ts'
import type { Store } from '../../src/storage/port/store.ts'
import { at, insertAgent, openTestStorage, userSays } from '../support/stores.ts'

let store: Store
let close: () => Promise<void>
let agent: Agent
let now = 0

beforeEach(async () => {
  const opened = await openTestStorage()
  store = opened.storage.in('default')
  close = opened.close
  now = Date.parse(at())
  agent = await insertAgent(store)
})
afterEach(() => close())

const archival = () => createArchivalMemory(store, () => now)

async function found(filter: Partial<ArchivalFilter>): Promise<readonly string[]> {
  const { items } = await archival().search('Ada', { limit: 20, ...filter })
  return items.map(({ item }) => item.text)
}

test('a passage is stored now unless it says when it was true', async () => {
  const {
    passages: [first],
  } = await archival().insert('Ada', ['now'], {})
  const {
    passages: [second],
  } = await archival().insert('Ada', ['then'], { createdAt: '2020-02-29' })
  const {
    passages: [third],
  } = await archival().insert('Ada', ['offset'], {
    createdAt: '2026-03-31T14:30:00+02:00',
  })
  expect([first, second, third].map((passage) => passage?.createdAt)).toEqual([
    at(),
    '2020-02-29T00:00:00.000Z',
    '2026-03-31T12:30:00.000Z',
  ])
})

test.each(['yesterday', '2026-02-30', '31.3.2026', ''])(
  'created_at %j is refused before anything is stored',
  async (createdAt) => {
    await expect(archival().insert('Ada', ['x'], { createdAt })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('created_at'),
    })
    expect(await found({})).toEqual([])
  },
)

test('the first insert makes the archive, and later ones go there', async () => {
  await archival().insert('Ada', ['one'], {})
  const archiveId = await store.archives.defaultOf(agent.id)
  await archival().insert(agent.id, ['two'], {})
  expect(await store.archives.defaultOf(agent.id)).toBe(archiveId)
  expect(await found({})).toEqual(['two', 'one'])
})

test('of texts inserted together none is stored if one of them can not be', async () => {
  const insert = archival().insert('Ada', ['good', '  \n '], {})
  await expect(insert).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringMatching(/text 2 of 2; nothing was stored/),
  })
  expect(await found({})).toEqual([])
})

test('a passage holds up to 100,000 characters', async () => {
  const most = '😀'.repeat(100_000)
  await archival().insert('Ada', [most], {})
  await expect(archival().insert('Ada', [`${most}x`], {})).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: expect.stringMatching(/at most 100000 characters and this text has 100001/),
  })
  expect(await found({})).toEqual([most])
})

test('tags are trimmed, and kept once and sorted', async () => {
  const {
    passages: [passage],
  } = await archival().insert('Ada', ['x'], { tags: [' b ', 'a', 'b', '  '] })
  const stored = await archival().get(passage?.id ?? '')
  expect(stored.tags).toEqual(['a', 'b'])
})

test('tags are found as they were given', async () => {
  await archival().insert('Ada', ['x'], { tags: [' b '] })
  expect(await found({ tags: [' b '] })).toEqual(['x'])
  expect(await found({ tags: ['b', ' '], matchAllTags: true })).toEqual(['x'])
})

test('the same text from the same source is a duplicate with the id of the first', async () => {
  const {
    passages: [first],
  } = await archival().insert('Ada', ['x'], { source: 's' })
  const {
    passages: [again, other],
  } = await archival().insert('Ada', ['x', 'y'], { source: 's' })
  expect(again).toEqual({ ...first, duplicate: true })
  expect(other?.duplicate).toBe(false)
})

test('the same text twice in one insert is stored once', async () => {
  const {
    passages: [first, second],
  } = await archival().insert('Ada', ['x', 'x'], {})
  expect(second).toEqual({ ...first, duplicate: true })
})

async function aDay(): Promise<void> {
  for (const [text, createdAt] of [
    ['eve', '2026-03-30T23:59:59.999Z'],
    ['morning', '2026-03-31T00:00:00.000Z'],
    ['night', '2026-03-31T23:59:59.999Z'],
    ['day after', '2026-04-01T00:00:00.000Z'],
  ] as const) {
    await archival().insert('Ada', [text], { createdAt })
  }
}

test('a date without a time includes its whole day, as the first and as the last', async () => {
  await aDay()
  expect(await found({ before: '2026-03-31' })).toEqual(['night', 'morning', 'eve'])
  expect(await found({ after: '2026-03-31' })).toEqual(['day after', 'night', 'morning'])
  expect(await found({ after: '2026-03-31', before: '2026-03-31' })).toEqual(['night', 'morning'])
})

test('a date with a time is meant to the moment, inclusively', async () => {
  await aDay()
  expect(await found({ before: '2026-03-31T00:00:00Z' })).toEqual(['morning', 'eve'])
  expect(await found({ after: '2026-04-01T02:00:00+02:00' })).toEqual(['day after'])
})

test('a bound that is no date is refused by its name', async () => {
  await expect(found({ after: 'monday' })).rejects.toMatchObject({
    message: expect.stringContaining('"monday" in after'),
  })
  await expect(found({ before: '2026-13-01' })).rejects.toMatchObject({
    message: expect.stringContaining('"2026-13-01" in before'),
  })
})

test('a query of spaces lists the newest, like none', async () => {
  await archival().insert('Ada', ['one', 'two'], {})
  expect(await found({ query: '  ' })).toEqual(['two', 'one'])
})

test('a passage is deleted from the agent that has it, and by nobody else', async () => {
  await insertAgent(store, { name: 'Bea' })
  const {
    passages: [passage],
  } = await archival().insert('Ada', ['x'], {})
  const id = passage?.id ?? ''
  await expect(archival().delete('Bea', id)).rejects.toMatchObject({ code: 'not_found' })
  expect(await archival().delete('Ada', id)).toBe(id)
  await expect(archival().delete('Ada', id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(archival().get(id)).rejects.toMatchObject({ code: 'not_found' })
})

test.each(['', 'x', newId('agent'), 'passage-1'])('%j is no passage', async (id) => {
  await expect(archival().get(id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(archival().delete('Ada', id)).rejects.toMatchObject({ code: 'not_found' })
})

test('what was said is found by the same dates and words as passages', async () => {
  await store.transaction((tx) =>
    tx.messages.append(agent.id, [
      userSays('morning tea', { createdAt: '2026-03-31T08:00:00.000Z' }),
      userSays('evening tea', { createdAt: '2026-03-31T20:00:00.000Z' }),
      userSays('tea again', { createdAt: '2026-04-01T08:00:00.000Z' }),
    ]),
  )
  const recall = createRecallMemory(store)
  const search = async (filter: object) =>
    (await recall.search('Ada', { limit: 9, ...filter })).items.map(({ item }) => item.seq)
  expect(await search({ before: '2026-03-31' })).toEqual([2, 1])
  expect(await search({ query: 'teas', after: '2026-04-01' })).toEqual([3])
  expect(await search({ query: ' ' })).toEqual([3, 2, 1])
  expect((await recall.list('Ada', 2)).map(({ seq }) => seq)).toEqual([2, 3])
})
