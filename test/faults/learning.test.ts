import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, refuse, say, speak } from './answers.ts'
import type { WireRequest } from './wire.ts'
import { startWorld, type World } from './world.ts'

/* Lessons from a model's refusals: the request is changed and sent again, and the next one is right at once. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

type Body = WireRequest & Readonly<Record<string, unknown>>

/** A vendor that refuses what `isRefused` says, in its words, and answers all else. */
function refusing(isRefused: (body: Body) => boolean, words: string | object, status = 400): void {
  world.vendor.always((response, request) =>
    isRefused(request as Body)
      ? refuse(status, typeof words === 'string' ? { error: { message: words } } : words)(
          response,
          request,
        )
      : (request.tools ? speak('Here.') : say('Here.'))(response, request),
  )
}

const isForced = ({ tool_choice }: Body) =>
  tool_choice === 'required' || typeof tool_choice === 'object'
const has = (name: string) => (body: Body) => name in body
const mentions = (name: string) => (body: Body) =>
  JSON.stringify(body.tools ?? []).includes(`"${name}":`)

let count = 0
const fresh = () => `openai/learner-${++count}`

describe('a refusal is understood by what it names:', () => {
  it.each<[string, (body: Body) => boolean, string | object, number?]>([
    ['tool_choice in thinking', isForced, 'Thinking mode does not support this tool_choice'],
    [
      'tool_choice by routing',
      isForced,
      "No endpoints found that support the provided 'tool_choice' value.",
      404,
    ],
    ['forced calls', isForced, 'Forced function calling is not supported by this model'],
    [
      'tool_choice, as an enumeration',
      isForced,
      'body -> tool_choice: value is not a valid enumeration member',
    ],
    [
      'temperature by its bounds',
      has('temperature'),
      'temperature: Input should be less than or equal to 0.1',
    ],
    [
      'the size of the output, which speaks of a context window',
      (body) => Number(body.max_completion_tokens ?? 0) > 4096,
      '`max_completion_tokens` must be less than or equal to `4096`, the maximum value for it is less than the `context_window` for this model',
    ],
    [
      'the other name of the output limit',
      has('max_completion_tokens'),
      'field required: max_tokens',
    ],
    [
      'the order of a template',
      ({ messages }) => messages?.[0]?.role === 'system',
      'Conversations must start with a user prompt',
    ],
    [
      'temperature',
      has('temperature'),
      "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
    ],
    [
      'temperature, as FastAPI says',
      has('temperature'),
      {
        detail: [
          {
            type: 'extra_forbidden',
            loc: ['body', 'temperature'],
            msg: 'Extra inputs are not permitted',
          },
        ],
      },
      422,
    ],
    [
      'max_completion_tokens',
      has('max_completion_tokens'),
      'Unrecognized request argument supplied: max_completion_tokens',
    ],
    [
      'the size of the output',
      (body) => Number(body.max_completion_tokens ?? 0) > 4096,
      'max_completion_tokens is too large: 9000. This model supports at most 4096 completion tokens, whereas you provided 9000.',
    ],
    [
      'a keyword of schemas',
      mentions('required'),
      `Invalid JSON payload received. Unknown name "required" at 'tools[0].function_declarations[0].parameters': Cannot find field.`,
    ],
    [
      'the system role',
      ({ messages }) => messages?.[0]?.role === 'system',
      'System role not supported',
      500,
    ],
    [
      'developer instructions',
      ({ messages }) => messages?.[0]?.role === 'system',
      'Developer instruction is not enabled for models/gemma-3-27b-it',
    ],
  ])('%s', async (_, isRefused, words, status) => {
    const model = fresh()
    const agent = await world.createAgent(model)
    refusing(isRefused, words, status)
    await world.configure(agent, { temperature: 0.5, max_output_tokens: 9000 })
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'Here.' })
    const before = world.vendor.requests.length
    expect((await world.send(agent, 'Again')).data).toMatchObject({ status: 'completed' })
    expect(world.vendor.requests.length - before, 'is right at once').toBe(1)
    const { learned } = (await world.client.call('list_models', { query: model })).data
    expect(learned).toEqual([{ model, abilities: expect.any(Array) }])
  })

  it('a stream that is refused is no stream', async () => {
    const agent = await world.createAgent(`lmstudio/learner-${++count}`)
    refusing(({ stream }) => stream === true, 'Streaming is not supported together with tools')
    expect((await world.send(agent)).data.reply).toBe('Here.')
  })

  it('stream_options are left out', async () => {
    const agent = await world.createAgent(`lmstudio/learner-${++count}`)
    refusing(has('stream_options'), 'Unknown field: stream_options')
    expect((await world.send(agent)).data.reply).toBe('Here.')
    expect(world.vendor.requests.at(-1)?.body.stream).toBe(true)
  })

  it('several one after the other', async () => {
    const agent = await world.createAgent(fresh())
    await world.configure(agent, { temperature: 0.5 })
    world.vendor.always((response, request) => {
      const body = request as Body
      const problem = isForced(body)
        ? 'tool_choice must be auto'
        : 'temperature' in body
          ? 'temperature is not supported'
          : undefined
      return problem === undefined
        ? speak('Here.')(response, request)
        : refuse(400, { error: { message: problem } })(response, request)
    })
    expect((await world.send(agent)).data.reply).toBe('Here.')
  })
})

const lacksReasoning = ({ messages = [] }: Body) =>
  messages.some((one) => one.role === 'assistant' && one.tool_calls && !one.reasoning_content)

it.each([
  'The `reasoning_content` in the thinking mode must be passed back to the API.',
  'thinking is enabled but reasoning_content is missing in assistant tool call message at index 2',
  'The thinking of earlier turns must be returned with every tool call.',
])('reasoning goes back to a model that says: %s', async (words) => {
  const agent = await world.createAgent(fresh())
  refusing(lacksReasoning, words)
  expect((await world.send(agent)).data.status).toBe('completed')
  expect((await world.send(agent, 'And now?')).data.status).toBe('completed')
})

it('a field that a model does not know is left out', async () => {
  const agent = await world.createAgent(fresh())
  const isOdd = ({ messages = [] }: Body) => JSON.stringify(messages).includes('"vendor_state"')
  refusing(isOdd, "property 'vendor_state' is unsupported, did you mean 'role'?")
  world.vendor.enqueue((response, request) =>
    refuse(200, {
      choices: [
        {
          message: {
            content: null,
            vendor_state: { a: 1 },
            tool_calls: [{ function: { name: 'send_message', arguments: '{"message":"Hi"}' } }],
          },
          finish_reason: 'stop',
        },
      ],
    })(response, request),
  )
  await world.send(agent)
  expect((await world.send(agent, 'And now?')).data.status).toBe('completed')
})

describe('a template that demands alternating roles gets them', () => {
  const alternates = ({ messages = [] }: Body) => {
    const counted = messages.filter(
      ({ role, tool_calls }) => role === 'user' || (role === 'assistant' && !tool_calls),
    )
    return counted.some(({ role }, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'))
  }
  const knowsTools = ({ messages = [] }: Body) =>
    messages.some(({ role, tool_calls }) => role === 'tool' || tool_calls) ||
    alternates({ messages })

  it.each([
    [
      'calls aside',
      alternates,
      'conversation roles must alternate user and assistant roles except for tool calls and results',
      500,
    ],
    [
      'without calls',
      knowsTools,
      'Conversation roles must alternate user/assistant/user/assistant/...',
      400,
    ],
    ['without the role of tools', knowsTools, 'Unsupported role: tool', 400],
    ['with two roles alone', knowsTools, 'Only user and assistant roles are supported!', 500],
    ['in the words of Mistral', alternates, "Unexpected role 'user' after role 'tool'", 400],
  ])('%s', async (_, isRefused, words, status) => {
    const agent = await world.createAgent(fresh())
    world.vendor.enqueue(
      call('core_memory_append', { label: 'human', content: 'Tea.', request_heartbeat: true }),
    )
    refusing(isRefused, words, status)
    for (const text of ['I like tea.', 'And now?', 'Still there?']) {
      expect((await world.send(agent, text)).data, text).toMatchObject({ status: 'completed' })
    }
  })
})

it('thinking that a model does not have is not requested again', async () => {
  const agent = await world.createAgent(fresh())
  refusing(has('reasoning_effort'), 'This model does not support thinking')
  await world.configure(agent, { reasoning: 'low' })
  expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'Here.' })
  expect(world.vendor.requests.at(-1)?.body).not.toHaveProperty('reasoning_effort')
})

it('a request that stays refused names the setting to change, and is not retried forever', async () => {
  const agent = await world.createAgent(fresh())
  refusing(() => true, 'tool_choice is not supported')
  const before = world.vendor.requests.length
  const { data } = await world.send(agent)
  expect(data.error.hint).toMatch(/letta_v1_agent/)
  expect(world.vendor.requests.length - before).toBe(2)
  refusing(() => false, '')
})
