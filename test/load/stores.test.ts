import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatGpt, claude, zip } from './files.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

/* Memories of other servers, and shapes that their files have when something went wrong. */

let world: LoadWorld
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
afterAll(() => world.close())

interface Found {
  readonly text: string
  readonly tags: readonly string[]
  readonly source: string
  readonly created_at: string
}

/** The passages of these sources, as the tool answers. */
async function passagesOf(...sources: readonly string[]): Promise<readonly Found[]> {
  const { passages } = await world.server.answer('search_archival', { agent: 'Ada', limit: 100 })
  return passages.toReversed().filter(({ source }: Found) => sources.includes(source))
}

const said = (found: readonly Found[]) => found.map(({ text, tags }) => [text, tags])

const ENTITIES = [
  { name: 'Ada', entityType: 'person', observations: ['likes tea', 'sails on Sundays'] },
  { name: 'Bari', entityType: 'port', observations: [] },
]
const RELATIONS = [{ from: 'Ada', to: 'Bari', relationType: 'lives_in' }]
const GRAPH = [
  ['Ada: likes tea', ['person']],
  ['Ada: sails on Sundays', ['person']],
  ['Bari: port', ['port']],
  ['Ada lives in Bari', ['relation']],
]

test('the memory server’s file and the answer of its tool arrive as observations and relations', async () => {
  const lines = [
    ...ENTITIES.map((one) => ({ type: 'entity', ...one })),
    ...RELATIONS.map((one) => ({ type: 'relation', ...one })),
  ].map((one) => JSON.stringify(one))
  await world.load({ path: await world.put('memory.jsonl', lines.join('\n')) })
  expect(said(await passagesOf('memory.jsonl'))).toEqual(GRAPH)
  const graph = JSON.stringify({ entities: ENTITIES, relations: RELATIONS })
  await world.load({ path: await world.put('graph.json', graph) })
  expect(said(await passagesOf('graph.json'))).toEqual(GRAPH)
})

test('memories of mem0 arrive with their time, categories, user and relations', async () => {
  const memory = {
    ...{ id: 'm1', memory: 'Prefers window seats', hash: 'x', user_id: 'ada', score: null },
    ...{ categories: ['travel'], created_at: '2024-05-01T10:00:00-07:00', updated_at: null },
  }
  const relations = [{ source: 'ada', relationship: 'flies_with', destination: 'klm' }]
  const answer = JSON.stringify({ results: [memory], relations })
  await world.load({ path: await world.put('mem0.json', answer) })
  await world.load({ path: await world.put('mem0-list.json', JSON.stringify([memory])) })
  const [first, relation, listed] = await passagesOf('mem0.json', 'mem0-list.json').then((found) =>
    found.toSorted((a, b) => a.source.length - b.source.length || (a.text < b.text ? -1 : 1)),
  )
  const expected = {
    ...{ text: 'Prefers window seats', tags: ['travel', 'user:ada'] },
    created_at: '2024-05-01T17:00:00.000Z',
  }
  expect(first).toMatchObject(expected)
  expect(relation).toMatchObject({ text: 'ada flies with klm', tags: ['relation'] })
  expect(listed).toMatchObject(expected)
})

test('a folder of basic-memory arrives as notes, observations and relations', async () => {
  await world.put(
    'basic/coffee.md',
    `---
title: Coffee
type: note
permalink: drinks/coffee
tags:
- drinks
- morning
---

# Coffee

It wakes.

## Observations
- [method] Pour over takes three minutes #brewing (tested)
- [ ] buy filters

## Relations
- pairs_with [[Cake]]
`,
  )
  await world.put('basic/plain.md', '# Plain\n\nA file without front matter.')
  const { report } = await world.load({ path: `${world.folder}/basic` })
  expect(report).toMatch(/^Took 4 passages from 2 files\.$/)
  expect(said(await passagesOf('basic/coffee.md'))).toEqual([
    [expect.stringMatching(/^# Coffee\n.*It wakes\..*buy filters/s), ['drinks', 'morning', 'note']],
    ['Coffee: Pour over takes three minutes (tested)', ['brewing', 'method']],
    ['Coffee pairs_with Cake', ['relation']],
  ])
  expect(said(await passagesOf('basic/plain.md'))).toEqual([
    ['Plain\n\nA file without front matter.', undefined],
  ])
})

test('instructions and memories of coding assistants arrive as blocks, each by its name', async () => {
  await world.put('assistant/CLAUDE.md', 'Run the tests first.')
  await world.put('assistant/memory/User Prefs.md', 'Answers in Dutch.')
  await world.put('assistant/memory/data.json', '{}')
  const { report } = await world.load({ path: `${world.folder}/assistant`, into: 'blocks' })
  expect(report).toMatch(/^Took 2 blocks from 2 files\.\nLeft out 1:\n- .*data\.json: Blocks are/)
  const { blocks } = await world.server.answer('read_memory', { agent: 'Ada' })
  expect(blocks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ label: 'claude', value: 'Run the tests first.' }),
      expect.objectContaining({ label: 'user-prefs', value: 'Answers in Dutch.' }),
    ]),
  )
})

const HELLO = [{ role: 'user', text: 'Where is the lantern?', at: 1_700_000_000 }] as const

test.each([
  ['a single conversation', chatGpt('one', 'One', HELLO), 1],
  ['a branch that runs in a circle', { ...chatGpt('loop', 'Loop', HELLO), ...circle() }, 1],
  ['no branch that was kept', { ...chatGpt('old', 'Old', HELLO), current_node: 'gone' }, 1],
  ['an empty tree', { id: 'empty', mapping: {} }, 0],
  ['fields of other types', { id: 7, title: null, mapping: { a: 4, b: { message: 'x' } } }, 0],
  ['messages that are none', { uuid: 'u', name: 3, chat_messages: [null, 'x', { text: 4 }] }, 0],
  ['an export of Claude', claude('single', 'Single', HELLO), 1],
])('%s is taken as far as it is one', async (name, conversation, messages) => {
  const path = await world.put(`shape ${name}.json`, JSON.stringify([conversation]))
  const { status, report } = await world.load({ path, into: 'conversation' })
  expect(status).toBe('completed')
  expect(report).toMatch(messages === 0 ? /^Took nothing new/ : /^Took 1 message from 1 file/)
})

test('a conversation that is no array is read, too', async () => {
  const one = { ...chatGpt('lone', 'Lone', [{ ...HELLO[0], text: 'Where is the oar?' }]) }
  const path = await world.put('lone.json', JSON.stringify(one))
  const zipped = await world.put('lone.zip', zip({ 'conversations.json': JSON.stringify([one]) }))
  expect((await world.load({ path, into: 'conversation' })).report).toMatch(/^Took 1 message /)
  expect((await world.load({ path: zipped, into: 'conversation' })).report).toMatch(/1 entry was/)
})

function circle() {
  const said = { author: { role: 'user' }, content: { content_type: 'text', parts: ['Round.'] } }
  return { mapping: { a: { parent: 'b', message: said }, b: { parent: 'a' } }, current_node: 'a' }
}
