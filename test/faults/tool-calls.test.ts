import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, calls, message, say, speak } from './answers.ts'
import { reasonAgainst } from './meaning.ts'
import { rawCalls } from './native.ts'
import type { Answer } from './wire.ts'
import { expectWhole, FORMATS, resultsIn, startWorld, type World } from './world.ts'

/* Faulty tool calls of models. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

const APPEND = 'core_memory_append'
const TEA = { label: 'human', content: 'Likes tea.' }
const TEA_TEXT = JSON.stringify(TEA)

interface Refused {
  readonly fault: string
  readonly answer: Answer
  readonly result: RegExp
}

const REFUSED: readonly Refused[] = [
  {
    fault: 'a call of an answer cut off at the output limit',
    answer: call(APPEND, TEA, { finish: 'length' }),
    result: /^Error: The call was not run: your answer was cut off .* shorter\.$/,
  },
  {
    fault: 'a call cut off in its middle',
    answer: call(APPEND, '{"label":"human","content":"Likes te', { finish: 'length' }),
    result: /cut off .* shorter\.$/,
  },
  {
    fault: 'a call cut off, with a finish reason that hides it',
    answer: call(APPEND, '{"label":"human","content":"Likes te'),
    result: /not valid JSON and seem to be cut off\. .* shorter\.$/,
  },
  {
    fault: 'a literal of Python cut off',
    answer: call(APPEND, "{'label': 'human', 'content': 'Likes te"),
    result: /seem to be cut off/,
  },
  {
    fault: 'a call cut off after a whole value',
    answer: call(APPEND, '{"label":"human","content":"Likes tea."'),
    result: /seem to be cut off/,
  },
  {
    fault: 'arguments that close what they did not open',
    answer: call(APPEND, '{"label":"human","content":"x"]}'),
    result: /not valid JSON \(.*one complete JSON object/,
  },
  { fault: 'a list', answer: call(APPEND, '["human","x"]'), result: /must be a JSON object/ },
  {
    fault: 'two objects',
    answer: call(APPEND, `${TEA_TEXT}${TEA_TEXT}`),
    result: /not valid JSON/,
  },
  { fault: 'no arguments', answer: call(APPEND, ''), result: /label: .*content: / },
  {
    fault: 'a wrong type',
    answer: call(APPEND, { ...TEA, content: [7] }),
    result: /content: .*string.*label, content/,
  },
  {
    fault: 'an unknown argument',
    answer: call(APPEND, { ...TEA, mood: 'x' }),
    result: /"mood".*label, content/,
  },
  {
    fault: '__proto__',
    answer: call(APPEND, `{"__proto__":{"content":"y"},${TEA_TEXT.slice(1)}`),
    result: /"__proto__" is not allowed/,
  },
  {
    fault: '__proto__ further in',
    answer: call(APPEND, `{"label":{"__proto__":1},"content":"x"}`),
    result: /"__proto__" is not allowed/,
  },
  {
    fault: 'a field of every object as an argument',
    answer: call(APPEND, { ...TEA, constructor: { prototype: {} } }),
    result: /"constructor"/,
  },
  {
    fault: 'a tool that does not exist',
    answer: call('core_memory_apend', TEA),
    result: /no tool "core_memory_apend"\. Call one of: (?:\w+, ){0,4}core_memory_append/,
  },
  {
    fault: 'a tool named like a field of every object',
    answer: call('__proto__', TEA),
    result: /no tool "__proto__"/,
  },
  {
    fault: 'a tool with a name that no vendor takes back',
    answer: call('memory: append (human)!', TEA),
    result: /no tool "memory: append/,
  },
  { fault: 'a tool without a name', answer: call('', TEA), result: /no tool ""/ },
  {
    fault: 'a tool with an endless name',
    answer: call('x'.repeat(100_000), TEA),
    result: /^Error: There is no tool "x{100}…"\. Call one of: /,
  },
  {
    fault: 'arguments of a megabyte',
    answer: call(APPEND, { ...TEA, content: 'x'.repeat(1_000_000) }),
    result: /have 1000030 characters, and 100000 are allowed/,
  },
]

interface Understood {
  readonly shape: string
  readonly answer: Answer
}

const written = (name: string, args: unknown) => JSON.stringify({ name, arguments: args })

const UNDERSTOOD: readonly Understood[] = [
  { shape: 'a comma too many', answer: call(APPEND, '{"label":"human","content":"Likes tea.",}') },
  { shape: 'a code fence', answer: call(APPEND, `\`\`\`json\n${TEA_TEXT}\n\`\`\``) },
  {
    shape: 'a literal of Python',
    answer: call(APPEND, "{'label': 'human', 'content': 'Likes tea.'}"),
  },
  { shape: 'a brace too many', answer: call(APPEND, `${TEA_TEXT}}`) },
  { shape: 'a control token after it', answer: call(APPEND, `${TEA_TEXT}<|call|>`) },
  { shape: 'an empty object before it', answer: call(APPEND, `{}${TEA_TEXT}`) },
  { shape: 'a list around it', answer: call(APPEND, `[${TEA_TEXT}]`) },
  { shape: 'JSON in JSON', answer: call(APPEND, JSON.stringify(TEA_TEXT)) },
  {
    shape: 'arguments as an object',
    answer: rawCalls({ id: 'a', name: APPEND, arguments: TEA }),
  },
  {
    shape: 'no id and no index',
    answer: rawCalls({ name: APPEND, arguments: TEA_TEXT }),
  },
  {
    shape: 'the older function_call',
    answer: message(
      { content: null, function_call: { name: APPEND, arguments: TEA_TEXT } },
      { finish: 'function_call' },
    ),
  },
  { shape: 'finish_reason stop', answer: call(APPEND, TEA, { finish: 'stop' }) },
  { shape: 'a finish_reason nobody knows', answer: call(APPEND, TEA, { finish: 'whatever' }) },
  { shape: 'tags in the text', answer: say(`<tool_call>\n${written(APPEND, TEA)}\n</tool_call>`) },
  { shape: 'tags without the last', answer: say(`<tool_call>${written(APPEND, TEA)}`) },
  {
    shape: 'tags after thinking',
    answer: say(`<think>Tea!</think>\n\n<tool_call>${written(APPEND, TEA)}</tool_call>`),
  },
  { shape: 'bare JSON for text', answer: say(` ${written(APPEND, TEA)}\n`) },
  {
    shape: 'bare JSON with parameters',
    answer: say(JSON.stringify({ type: 'function', name: APPEND, parameters: TEA })),
  },
  {
    shape: 'bare JSON as OpenAI wraps it',
    answer: say(
      JSON.stringify({ type: 'function', function: { name: APPEND, arguments: TEA_TEXT } }),
    ),
  },
  { shape: 'a fence for text', answer: say(`\`\`\`json\n${written(APPEND, TEA)}\n\`\`\``) },
]

describe.each(FORMATS)('of a model that answers with %s', (_format, model) => {
  it.each(REFUSED)('$fault is answered with an error, and not run', async ({ answer, result }) => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(answer)
    const sent = await world.send(agent)
    expect(sent.data).toMatchObject({
      status: 'completed',
      stop_reason: 'end_turn',
      reply: 'Sorry.',
      steps: 2,
    })
    expectWhole(sent)
    expect(resultsIn(world)).toEqual([expect.stringMatching(result)])
    expect(await world.human(agent)).toBe('Empty.')
    expect(Object.prototype).not.toHaveProperty('content')
  })

  const known = UNDERSTOOD.filter(({ shape }) => reasonAgainst(shape) === undefined)
  it.each(known)('a call with $shape is run once', async ({ answer }) => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(answer)
    const sent = await world.send(agent, 'I like tea', {})
    expectWhole(sent, 'I like tea')
    expect(await world.human(agent)).toBe('Empty.\nLikes tea.')
    expect(sent.data.status).toBe('completed')
    const { arguments: kept } = sent.data.messages.find(
      ({ type }: { type: string }) => type === 'tool_call_message',
    )
    expect(JSON.parse(kept)).toEqual(TEA)
  })

  it('a spoken message with repaired arguments reaches the user', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(call('send_message', '{"message":"Hello, you,",}'))
    expect((await world.send(agent)).data).toMatchObject({
      status: 'completed',
      reply: 'Hello, you,',
    })
  })

  it('several calls run in order, each with its own result', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const add = (content: string) => ({ name: APPEND, arguments: { label: 'human', content } })
    world.vendor.enqueue(
      calls([add('One.'), { name: APPEND, arguments: '{' }, add('Two.'), add('Three.')]),
    )
    expectWhole(await world.send(agent))
    expect(await world.human(agent)).toBe('One.\nTwo.\nThree.')
    expect(resultsIn(world).map((text) => text.slice(0, 5))).toEqual([
      'Done.',
      'Error',
      'Done.',
      'Done.',
    ])
  })

  it('calls that share an id, or have none, are told apart', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const add = (content: string, id?: string) => ({
      ...(id && { id }),
      name: APPEND,
      arguments: JSON.stringify({ label: 'human', content }),
    })
    world.vendor.enqueue(rawCalls(add('One.', 'same'), add('Two.', 'same'), add('Three.')))
    const sent = await world.send(agent)
    expectWhole(sent)
    expect(await world.human(agent)).toBe('One.\nTwo.\nThree.')
    const ids = sent.data.messages.flatMap(
      ({ tool_call_id }: { tool_call_id?: string }) => tool_call_id ?? [],
    )
    expect(new Set(ids).size).toBe(3)
  })

  it('a hundred calls at once are too many', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const add = (_: unknown, index: number) => ({
      name: APPEND,
      arguments: { label: 'human', content: `${index}` },
    })
    world.vendor.enqueue(calls(Array.from({ length: 100 }, add)))
    expect((await world.send(agent, 'Go', { include_steps: false })).data.status).toBe('completed')
    expect((await world.human(agent)).split('\n')).toHaveLength(50)
    expect(resultsIn(world).at(-1)).toMatch(/neither were those after it/)
  })
})
