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
  { fault: 'null for arguments', written: 'null', answer: /must be a JSON object/ },
  { fault: 'no arguments at all', written: '', answer: /label: .*content: / },
  { fault: 'a wrong type', written: { ...VALID, content: 7 }, answer: /content: .*string/ },
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
  it.each(FAULTS)('$fault is answered and not run', async ({ tool = NAME, written, answer }) => {
    world.provider.enqueue(callTool(tool, written), speak('Sorry.'))
    const agent = await world.createAgent({ human: 'Nothing yet.' })
    const { run, reply, messages } = await world.talk(agent, 'Hi')
    expect(toolResults(world.request())).toEqual([expect.stringMatching(answer)])
    expect(toolResults(world.request())[0]).toMatch(/^Error: /)
    expect(messages[2]).toMatchObject({ role: 'tool', status: 'error' })
    expect(run).toMatchObject({ status: 'completed', stopReason: 'end_turn', usage: { steps: 2 } })
    expect(reply).toBe('Sorry.')
    expect(await world.block(agent, 'human')).toBe('Nothing yet.')
    expect(Object.prototype).not.toHaveProperty('content')
  })

  it('arguments that were broken is shown to the model as an empty object, which every vendor takes', async () => {
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

describe('of several calls in one answer', () => {
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

  it('that all carry the same id of the provider, each is answered under its own', async () => {
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
  it('was not said', async () => {
    world.provider.enqueue(
      callTool('send_message', { message: 'Half', mood: 'cheerful' }),
      callTool('send_message', { text: 'Wrong name' }),
      callTool('send_message', { message: 7 }),
      speak('Whole.'),
    )
    const { reply, run } = await world.talk(await world.createAgent(), 'Hi')
    expect({ reply, steps: run.usage.steps }).toEqual({ reply: 'Whole.', steps: 4 })
  })
})
