import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatGpt, claude, iso, type Turn, zip } from './files.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

let world: LoadWorld
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
afterAll(() => world.close())

const START = 1_700_000_000

/** Turns about a thing, with what makes JSON hard to cut: quotes, brackets and other alphabets. */
const about = (thing: string, from = START): readonly Turn[] => [
  { role: 'user', text: `Where is the "${thing}"? {[\\ 鍵`, at: from },
  { role: 'assistant', text: `The ${thing} is under the pot.`, at: from + 60 },
  { role: 'user', text: `Thanks for the ${thing}.`, at: from + 120 },
]

interface Found {
  readonly role: string
  readonly text: string
  readonly created_at: string
}

async function found(query: string): Promise<readonly Found[]> {
  const { messages } = await world.server.answer('search_conversation', {
    ...{ agent: 'Ada', query, limit: 50 },
  })
  return messages.filter(({ text }: Found) => text.includes(query)).toReversed()
}

async function expectConversation(thing: string, from = START): Promise<void> {
  const messages = (await found(thing)).toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1))
  expect(messages.map(({ role, text, created_at }) => ({ role, text, created_at }))).toEqual(
    about(thing, from).map(({ role, text, at }) => ({ role, text, created_at: iso(at) })),
  )
}

test('ChatGPT’s export arrives with speakers and dates, in the branch that was kept', async () => {
  const path = await world.put(
    'gpt/conversations.json',
    JSON.stringify(
      [
        chatGpt('c1', 'Key', about('teakettle')),
        chatGpt('c2', 'Map', about('roadmap', START + 9_000)),
      ],
      null,
      1,
    ),
  )
  const job = await world.load({ path, into: 'conversation' })
  expect(job.report).toBe('Took 6 messages from 1 file.')
  await expectConversation('teakettle')
  await expectConversation('roadmap', START + 9_000)
  expect(await found('Discarded')).toEqual([])
  const again = await world.load({ path, into: 'conversation', name: 'again' })
  expect(again.report).toBe('Took nothing new from 1 file.\n6 entries were there already.')
})

test('Claude’s export arrives, also in the zip in which it comes', async () => {
  const path = await world.put(
    'claude.zip',
    zip({
      'conversations.json': JSON.stringify([claude('u1', 'Lamp', about('lampshade'))]),
      'users.json': '[{"uuid":"x"}]',
      'projects.json': '[]',
    }),
  )
  expect((await world.load({ path, into: 'conversation' })).report).toBe(
    'Took 3 messages from 1 file.',
  )
  await expectConversation('lampshade')
})

test('sessions of Claude Code arrive without tool calls, and plain JSON Lines as they are', async () => {
  const entry = ({ role, text, at }: Turn, index: number) => ({
    ...{ type: role, uuid: `e${index}`, sessionId: 's', timestamp: iso(at) },
    message: { role, content: role === 'user' ? text : [{ type: 'text', text }] },
  })
  const tool = {
    ...{ type: 'user', uuid: 't', sessionId: 's', timestamp: iso(START) },
    message: { role: 'user', content: [{ type: 'tool_result', content: 'secret output' }] },
  }
  const summary = { type: 'summary', summary: 'A summary', leafUuid: 'x' }
  const session = [summary, ...about('bookshelf').map(entry), tool].map((one) =>
    JSON.stringify(one),
  )
  const code = await world.put('session.jsonl', session.join('\n'))
  expect((await world.load({ path: code, into: 'conversation' })).report).toMatch(
    /^Took 3 messages/,
  )
  await expectConversation('bookshelf')
  const plain = about('windmill').map(({ role, text, at }) =>
    JSON.stringify({ role, content: text, timestamp: iso(at) }),
  )
  const lines = await world.put('plain.jsonl', `${plain.join('\n')}\n`)
  expect((await world.load({ path: lines, into: 'conversation' })).report).toMatch(
    /^Took 3 messages/,
  )
  await expectConversation('windmill')
})

test('conversations can go into the archive instead, with who said what and when', async () => {
  const path = await world.put(
    'gpt2.json',
    JSON.stringify([chatGpt('c9', 'Oven', about('ovenmitt'))]),
  )
  await world.load({ path })
  const texts = (await world.passages()).filter(({ source }) => source === 'gpt2.json')
  expect(texts.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^Oven\n\nUser: Where is the "ovenmitt"/),
    'Oven\n\nAssistant: The ovenmitt is under the pot.',
    'Oven\n\nUser: Thanks for the ovenmitt.',
  ])
})

test('messages that name their speakers go into the archive under these names', async () => {
  const turns = [
    { role: 'user', text: 'Mira: The ferry is late.', at: START },
    { role: 'assistant', text: 'Tom: It always is.', at: START + 60 },
  ] as const
  await world.load({
    path: await world.put('named.json', JSON.stringify([claude('n', 'Ferry', turns)])),
  })
  const texts = (await world.passages()).filter(({ source }) => source === 'named.json')
  expect(texts.map(({ text }) => text)).toEqual(turns.map(({ text }) => text))
})

test.each([
  [
    'entries of another kind',
    '[{"invoice":1,"total":2}]',
    /Its entries are no conversations: seen was an object with invoice, total\. Known are/,
  ],
  ['an object', '{"a":1}', /It is no conversation: seen was an object with a\. Known are/],
  ['a file of Letta', '{"agents":[],"blocks":[]}', /agent file.*import_agent/],
  ['a text', '"hello"', /It is no conversation: seen was string\./],
  ['a file that ends early', '[{"mapping":{}},{"mapping":', /ends in the middle/],
  ['damaged JSON', '[{"mapping":{nonsense}}]', /damaged/],
  [
    'JSON Lines of another server',
    '{"type":"entity","name":"Ada","observations":[]}',
    /Line 1 is no message: seen was an object with type, name, observations\. Known are/,
    '.jsonl',
  ],
  ['a table', 'a,b\n1,2\n', /no export of conversations: those are JSON/, '.csv'],
])('%s is refused, saying what was seen', async (name, content, message, ending = '.json') => {
  const path = await world.put(`bad ${name}${ending}`, content)
  const { status, report, ...rest } = await world.load({ path, into: 'conversation' })
  expect(status, JSON.stringify(rest)).toBe('completed')
  expect(report).toMatch(/^Took nothing new from no file\.\nLeft out 1:/)
  expect(report).toMatch(message)
})

test('what was loaded is in recall memory, and not in the context of the next message', async () => {
  const { request } = await world.server.answer('inspect_context', {
    agent: 'Ada',
    include_text: true,
  })
  expect(request).not.toContain('teakettle')
})

test('search_conversation answers as of a moment: what was said later is not there', async () => {
  const said = [
    { role: 'user', content: 'The lighthouse is red.', timestamp: '2025-05-10T08:00:00Z' },
    { role: 'user', content: 'The lighthouse is white now.', timestamp: '2025-05-10T20:00:00Z' },
    { role: 'assistant', content: 'A white lighthouse, noted.', timestamp: '2025-06-01T08:00:00Z' },
  ]
  const text = said.map((line) => JSON.stringify(line)).join('\n')
  await world.load({ text, into: 'conversation', name: 'lighthouse.jsonl' })
  const texts = said.map(({ content }) => content)
  for (const query of ['lighthouse', undefined]) {
    const asOf = async (as_of: string) => {
      const { messages } = await world.server.answer('search_conversation', {
        ...{ agent: 'Ada', query, as_of, after: '2025-05-01', limit: 50 },
      })
      return (messages ?? []).map((message: Found) => message.text).sort()
    }
    expect(await asOf('2025-05-09')).toEqual([])
    expect(await asOf('2025-05-10T12:00:00Z')).toEqual(texts.slice(0, 1))
    // A date alone includes the whole day.
    expect(await asOf('2025-05-10')).toEqual(texts.slice(0, 2))
    expect(await asOf('2026-01-01')).toEqual([...texts].sort())
  }
})
