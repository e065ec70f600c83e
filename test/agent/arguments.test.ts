import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool, callTools } from '../support/scripted-provider.ts'
import { speak, startWorld, toolResults, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const NAME = 'core_memory_append'
const VALID = { label: 'human', content: 'Tea.' }

const FAULTS: readonly {
  readonly fault: string
  readonly tool?: string
  readonly written: Readonly<Record<string, unknown>> | string
  readonly answer: RegExp
}[] = [
  { fault: 'broken JSON', written: '{"label": "human", "content": ', answer: /not valid JSON/ },
  { fault: 'two objects in one', written: '{"label":"human"}{"content":"x"}', answer: /JSON/ },
  { fault: 'a list for arguments', written: '["human", "x"]', answer: /must be a JSON object/ },
  { fault: 'a text for arguments', written: '"human"', answer: /must be a JSON object/ },
  { fault: 'null for arguments', written: 'null', answer: /label: .*content: / },
  { fault: 'no arguments at all', written: '', answer: /label: .*content: / },
  {
    fault: 'a list for a text',
    written: { ...VALID, content: ['x'] },
    answer: /content: .*string/,
  },
  {
    fault: 'a number that lost its last digits',
    written: '{"label": "human", "content": 12345678901234567890}',
    answer: /content: .*string/,
  },
  {
    fault: 'a text that breaks off among repaired ones',
    written: '{"label": "human", "content": "C:\\Data and\n',
    answer: /cut off/,
  },
  { fault: 'null for a text', written: { ...VALID, content: null }, answer: /content: .*string/ },
  { fault: 'an object for a text', written: { ...VALID, content: { a: 1 } }, answer: /content: / },
  { fault: 'a missing argument', written: { label: 'human' }, answer: /content: .*content/ },
  {
    fault: 'an unknown argument',
    written: { ...VALID, mood: 1 },
    answer: /"mood".*label, content/,
  },
  {
    fault: '__proto__',
    written: '{"label":"human","content":"x","__proto__":{"content":"y"}}',
    answer: /__proto__/,
  },
  {
    fault: 'a constructor',
    written: { ...VALID, constructor: { prototype: {} } },
    answer: /"constructor"/,
  },
  {
    fault: 'an unknown tool',
    tool: 'format_disk',
    written: VALID,
    answer: /no tool "format_disk"/,
  },
  { fault: 'a tool without a name', tool: '', written: VALID, answer: /no tool ""/ },
  { fault: 'the name of a field', tool: 'toString', written: VALID, answer: /no tool "toString"/ },
  {
    fault: 'a tool that this agent has not',
    tool: 'memory_rethink',
    written: { label: 'human', new_memory: 'x' },
    answer: /no tool "memory_rethink"\. Call one of: send_message, core_memory_append, /,
  },
  {
    fault: 'a value out of a list',
    tool: 'archival_memory_search',
    written: { query: 'x', tag_match_mode: 'some' },
    answer: /tag_match_mode: .*"any"\|"all"/,
  },
  {
    fault: 'a number out of range',
    tool: 'archival_memory_search',
    written: { query: 'x', top_k: 0 },
    answer: /top_k: /,
  },
  {
    fault: 'a date that is none',
    tool: 'conversation_search',
    written: { query: 'x', start_date: 'yesterday' },
    answer: /"yesterday" in start_date is not a date/,
  },
  {
    fault: 'a day that does not exist',
    tool: 'archival_memory_search',
    written: { query: 'x', end_datetime: '2026-02-30' },
    answer: /"2026-02-30" in end_datetime is not a date/,
  },
]

describe('a call of the model with', () => {
  it.each(FAULTS)(
    '$fault is answered with an error and not run',
    async ({ tool = NAME, written, answer }) => {
      world.provider.enqueue(callTool(tool, written), speak('Sorry.'))
      const agent = await world.createAgent({ human: 'Nothing yet.' })
      const { run, reply, messages } = await world.talk(agent, 'Hi')
      expect(toolResults(world.request())).toEqual([expect.stringMatching(answer)])
      expect(toolResults(world.request())[0]).toMatch(/^Error: /)
      expect(messages[2]).toMatchObject({ role: 'tool', status: 'error' })
      expect(run).toMatchObject({
        status: 'completed',
        stopReason: 'end_turn',
        usage: { steps: 2 },
      })
      expect(reply).toBe('Sorry.')
      expect(await world.block(agent, 'human')).toBe('Nothing yet.')
      expect(Object.prototype).not.toHaveProperty('content')
    },
  )

  it('broken arguments is shown to the model with an empty object, which every vendor accepts', async () => {
    world.provider.enqueue(callTool(NAME, '{"label": '), speak('Sorry.'))
    const { messages } = await world.talk(await world.createAgent(), 'Hi')
    expect(world.request().messages[2].tool_calls[0].function.arguments).toBe('{}')
    expect(messages[1]).toMatchObject({ toolCalls: [{ arguments: '{"label": ' }] })
  })

  it('}{ inside a text is run as it is written', async () => {
    world.provider.enqueue(callTool(NAME, { label: 'human', content: 'a }{ b' }))
    const agent = await world.createAgent({ human: '' })
    await world.talk(agent, 'Hi')
    expect(await world.block(agent, 'human')).toBe('a }{ b')
  })
})

/** Written loosely, and what is appended to an empty block. */
const LOOSE: readonly (readonly [string, Readonly<Record<string, unknown>> | string, string])[] = [
  ['a number for a text', { ...VALID, content: 7 }, '7'],
  ['a boolean for a text', { ...VALID, content: false }, 'false'],
  ['arguments in arguments', { arguments: VALID }, 'Tea.'],
  ['arguments in a text in arguments', { input: JSON.stringify(VALID) }, 'Tea.'],
  ['a whole call as arguments', { name: NAME, arguments: VALID }, 'Tea.'],
  [
    'a whole call of OpenAI as arguments',
    { type: 'function', function: { name: NAME, arguments: JSON.stringify(VALID) } },
    'Tea.',
  ],
  ['arguments nested beside a thought', { thinking: 'Hm.', parameters: VALID }, 'Tea.'],
  ['what n8n adds to each call', { ...VALID, sessionId: '1', action: 'x', chatInput: '' }, 'Tea.'],
  [
    'line breaks as they are',
    '{"label":"human","content":"- tea\n\t- milk\r\n"}',
    '- tea\n\t- milk\r\n',
  ],
  ['an escaped apostrophe', String.raw`{"label":"human","content":"Ada\'s \$5"}`, "Ada's $5"],
  [
    'a path',
    String.raw`{"label":"human","content":"See C:\Data\new."}`,
    String.raw`See C:\Data\new.`,
  ],
  [
    'a path in a new line',
    String.raw`{"label":"human","content":"At\nC:\Data\new"}`,
    'At\nC:\\Data\\new',
  ],
  [
    'a path that ends a text',
    String.raw`{"label":"human","content":"In C:\Data\ now"}`,
    String.raw`In C:\Data\ now`,
  ],
  [
    'a quoted path',
    String.raw`{"label":"human","content":"\"C:\Data\" is it"}`,
    String.raw`"C:\Data" is it`,
  ],
  ['a pattern', String.raw`{"label":"human","content":"\d+\.\d"}`, String.raw`\d+\.\d`],
  ['half an escape', String.raw`{"label":"human","content":"\u12"}`, String.raw`\u12`],
  [
    'a backslash before a letter of another script',
    '{"label":"human","content":"사용자\\로"}',
    '사용자로',
  ],
]

describe('a loosely written call', () => {
  it.each(LOOSE)('with %s is run as intended', async (_, written, meant) => {
    world.provider.enqueue(callTool(NAME, written))
    const agent = await world.createAgent({ human: '' })
    const { messages } = await world.talk(agent, 'Hi')
    expect(messages[2]).toMatchObject({ role: 'tool', status: 'success' })
    expect(await world.block(agent, 'human')).toBe(meant)
  })

  it('gets another step if the heartbeat is nested inside', async () => {
    const inner = { ...VALID, request_heartbeat: 'true' }
    world.provider.enqueue(callTool(NAME, { arguments: inner }), speak('Noted.'))
    const { reply } = await world.talk(await world.createAgent(), 'Hi')
    expect(reply).toBe('Noted.')
  })

  it('stays refused if there is an unknown argument beside the nested ones', async () => {
    world.provider.enqueue(callTool(NAME, { arguments: VALID, mood: 1 }), speak('Sorry.'))
    await world.talk(await world.createAgent(), 'Hi')
    expect(toolResults(world.request())[0]).toMatch(/"arguments", "mood"/)
  })

  it('says a number as text', async () => {
    world.provider.enqueue(callTool('send_message', { message: 7 }))
    expect((await world.talk(await world.createAgent(), 'Hi')).reply).toBe('7')
  })

  it.each([
    ['archival_memory_insert', { content: 'Tea.', tags: '["drinks"]', supersedes: '' }],
    ['archival_memory_insert', { content: 'Tea.', tags: 'drinks', supersedes: null }],
    [
      'archival_memory_search',
      { query: 7, tags: null, tag_match_mode: null, top_k: '5', start_datetime: '' },
    ],
    ['conversation_search', { query: null, roles: '["user"]', limit: '5.0', end_date: '' }],
    ['conversation_search', { query: 'tea', roles: 'user', limit: '' }],
    [
      'archival_memory_search',
      {
        query: 'tea',
        tags: "['drinks', 'hot']",
        tag_match_mode: 'ANY',
        top_k: 'None',
        start_datetime: 'None',
      },
    ],
  ])('leaves out of %s what is null or empty (%#)', async (name, written) => {
    world.provider.enqueue(callTool(name, written))
    const { messages } = await world.talk(await world.createAgent(), 'Hi')
    expect(messages[2]).toMatchObject({ role: 'tool', status: 'success' })
  })

  it('is not cut in two by a comma', async () => {
    const written = { content: 'Tea.', tags: 'drinks, hot' }
    world.provider.enqueue(callTool('archival_memory_insert', written), speak('Sorry.'))
    await world.talk(await world.createAgent(), 'Hi')
    expect(toolResults(world.request())[0]).toMatch(/tags: .*array/)
  })
})

describe('among several calls in one answer', () => {
  it('the good ones run, the bad ones do not, and each has its result', async () => {
    world.provider.enqueue(
      callTools([
        { name: NAME, arguments: { label: 'human', content: 'One.' } },
        { name: NAME, arguments: '{' },
        { name: 'nothing', arguments: {} },
        { name: NAME, arguments: { label: 'human', content: 'Two.' } },
      ]),
      speak('Done.'),
    )
    const agent = await world.createAgent({ human: '' })
    const { run } = await world.talk(agent, 'Hi')
    expect(await world.block(agent, 'human')).toBe('One.\nTwo.')
    expect(run.usage.steps).toBe(2)
    expect(toolResults(world.request()).map((text) => text.slice(0, 5))).toEqual([
      'Done.',
      'Error',
      'Error',
      'Done.',
    ])
  })

  it('with the same provider id, each is answered under its own id', async () => {
    world.provider.enqueue(callTool(NAME, VALID), callTool(NAME, '{'), speak('Done.'))
    const agent = await world.createAgent()
    await world.talk(agent, 'One')
    await world.talk(agent, 'Two')
    const ids = world
      .request()
      .messages.flatMap((message: { tool_call_id?: string }) => message.tool_call_id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('a message that could not be sent', () => {
  it('does not count as said', async () => {
    world.provider.enqueue(
      callTool('send_message', { message: 'Half', mood: 'cheerful' }),
      callTool('send_message', { text: 'Wrong name' }),
      callTool('send_message', { message: [7] }),
      speak('Whole.'),
    )
    const { reply, run } = await world.talk(await world.createAgent(), 'Hi')
    expect({ reply, steps: run.usage.steps }).toEqual({ reply: 'Whole.', steps: 4 })
  })
})
