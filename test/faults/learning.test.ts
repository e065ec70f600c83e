import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GATEWAY } from '../support/wires/front.ts'
import type { Fields } from '../support/wires/speech.ts'
import { wireOfTests } from '../support/wires/wire-of-tests.ts'
import { call, refuse, say, speak } from './answers.ts'
import { describeMeant, meant, reasonAgainst } from './meaning.ts'
import { ODD_FIELDS } from './odd-fields.ts'
import { has, isForced, REFUSALS, type Refusal, THINKS_NOT } from './refusals.ts'
import { asSent, type WireRequest } from './wire.ts'
import { startWorld, type World } from './world.ts'

/* Lessons from a model's refusals: the request is changed and sent again, and the next one is right at once. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** A server that refuses what `isRefused` says, in its words, and answers all else. */
function refusing({ isRefused, words, status = 400 }: Refusal): void {
  world.vendor.always((response, request) =>
    isRefused(asSent(request))
      ? refuse(status, typeof words === 'string' ? { error: { message: words } } : words)(
          response,
          request,
        )
      : (request.tools ? speak('Here.') : say('Here.'))(response, request),
  )
}

let count = 0
const fresh = (kind = 'learner-') => `openai/${kind}${++count}`

describe('a refusal is understood by what it names:', () => {
  const known = Object.entries(REFUSALS).filter(([name]) => reasonAgainst(name) === undefined)

  it.each(known)('%s', async (_, byWire) => {
    const refusal = byWire[wireOfTests()]
    if (!refusal)
      throw new Error('There is neither a refusal for this wire nor a reason against it.')
    const model = fresh(refusal.isOdd ? GATEWAY : undefined)
    const agent = await world.createAgent(model)
    refusing(refusal)
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
    refusing({
      isRefused: ({ stream }) => stream === true,
      words: 'Streaming is not supported together with tools',
    })
    expect((await world.send(agent)).data.reply).toBe('Here.')
  })

  meant('stream_options are left out', async () => {
    const agent = await world.createAgent(`lmstudio/learner-${++count}`)
    refusing({ isRefused: has('stream_options'), words: 'Unknown field: stream_options' })
    expect((await world.send(agent)).data.reply).toBe('Here.')
    expect(world.vendor.requests.at(-1)?.body.stream).toBe(true)
  })

  it('several one after the other', async () => {
    const agent = await world.createAgent(fresh())
    await world.configure(agent, { temperature: 0.5 })
    world.vendor.always((response, request) => {
      const body = asSent(request)
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

const asks = (body: Fields) =>
  ['reasoning_effort', 'thinking', 'reasoning'].some((name) => name in body)

const lacksReasoning = ({ messages = [] }: WireRequest) =>
  messages.some((one) => one.role === 'assistant' && one.tool_calls && !one.reasoning_content)

describeMeant('reasoning goes back to a model that says', () => {
  it.each([
    'The `reasoning_content` in the thinking mode must be passed back to the API.',
    'thinking is enabled but reasoning_content is missing in assistant tool call message at index 2',
    'The thinking of earlier turns must be returned with every tool call.',
  ])('%s', async (words) => {
    const agent = await world.createAgent(fresh())
    refusing({ isRefused: lacksReasoning, words })
    expect((await world.send(agent)).data.status).toBe('completed')
    expect((await world.send(agent, 'And now?')).data.status).toBe('completed')
  })
})

it.each(ODD_FIELDS[wireOfTests()])(
  'a field that a model sends, and does not take back, is left out: $field',
  async ({ field, answer, words }) => {
    const agent = await world.createAgent(fresh(GATEWAY))
    const isRefused = (body: Fields) => JSON.stringify(body).includes(`"${field}":`)
    refusing({ isRefused, words })
    world.vendor.enqueue(answer)
    expect((await world.send(agent)).data.status).toBe('completed')
    expect((await world.send(agent, 'And now?')).data.status).toBe('completed')
    expect(JSON.stringify(asSent(world.vendor.requests.at(-1)?.body ?? {}))).toContain('Hi')
  },
)

describeMeant('a template that demands alternating roles gets them', () => {
  const alternates = ({ messages = [] }: WireRequest) => {
    const counted = messages.filter(
      ({ role, tool_calls }) => role === 'user' || (role === 'assistant' && !tool_calls),
    )
    return counted.some(({ role }, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'))
  }
  const knowsTools = ({ messages = [] }: WireRequest) =>
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
    refusing({ isRefused, words, status })
    for (const text of ['I like tea.', 'And now?', 'Still there?']) {
      expect((await world.send(agent, text)).data, text).toMatchObject({ status: 'completed' })
    }
  })
})

meant(
  'a temperature that a thinking model does not take is left out, not the thinking',
  async () => {
    const agent = await world.createAgent(fresh())
    refusing({
      isRefused: has('temperature'),
      words: "Unsupported parameter: 'temperature' is not supported with reasoning models.",
    })
    await world.configure(agent, { reasoning: 'low', temperature: 0.5 })
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'Here.' })
    expect(asks(asSent(world.vendor.requests.at(-1)?.body ?? {}))).toBe(true)
  },
)

it.each(THINKS_NOT[wireOfTests()])(
  'thinking that a model does not have is not requested again: %s',
  async (words) => {
    const agent = await world.createAgent(fresh())
    refusing({ isRefused: asks, words })
    await world.configure(agent, { reasoning: 'low' })
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'Here.' })
    const before = world.vendor.requests.length
    expect((await world.send(agent, 'Again')).data.reply).toBe('Here.')
    expect(world.vendor.requests.length - before).toBe(1)
    expect(asks(asSent(world.vendor.requests.at(-1)?.body ?? {}))).toBe(false)
  },
)

it('a request that stays refused names the setting to change, and is not retried forever', async () => {
  const agent = await world.createAgent(fresh())
  refusing({ isRefused: () => true, words: 'tool_choice is not supported' })
  const before = world.vendor.requests.length
  const { data } = await world.send(agent)
  expect(data.error.hint).toMatch(/letta_v1_agent/)
  expect(world.vendor.requests.length - before).toBe(2)
  refusing({ isRefused: () => false, words: '' })
})
