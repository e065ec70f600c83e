import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, message, refuse, say, speak } from './answers.ts'
import { meant } from './meaning.ts'
import { startWorld, type World } from './world.ts'

/* A message that a filter refuses, and answers with nothing in them: the agent goes on. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const FILTERS: Readonly<Record<string, readonly [number, object]>> = {
  Azure: [
    400,
    {
      error: {
        message: 'The response was filtered',
        code: 'content_filter',
        innererror: {
          code: 'ResponsibleAIPolicyViolation',
          content_filter_result: { jailbreak: { filtered: true } },
        },
      },
    },
  ],
  DashScope: [
    400,
    {
      error: {
        message: 'Input data may contain inappropriate content.',
        code: 'data_inspection_failed',
      },
    },
  ],
  DeepSeek: [400, { error: { message: 'Content Exists Risk', code: 'invalid_request_error' } }],
  OpenRouter: [
    403,
    {
      error: {
        code: 403,
        message: 'Your input was flagged',
        metadata: { reasons: ['violence'], flagged_input: 'x' },
      },
    },
  ],
  Anthropic: [
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'Output blocked by content filtering policy',
      },
    },
  ],
  OpenAI: [
    400,
    {
      error: {
        message:
          'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_prompt',
      },
    },
  ],
  xAI: [403, { error: 'Content violates usage guidelines.' }],
}

const filter = ([status, body]: readonly [number, object], flagged: string) =>
  world.vendor.always((response, request) =>
    JSON.stringify(request.messages).includes(flagged)
      ? refuse(status, body)(response, request)
      : speak('Fine.')(response, request),
  )

describe('a message that the filter refuses ends the turn, and only it:', () => {
  it.each(Object.entries(FILTERS))('%s', async (_, answer) => {
    const agent = await world.createAgent('openai/scripted')
    filter(answer, 'FLAGGED')
    await world.send(agent, 'Hello')
    const { data } = await world.send(agent, 'FLAGGED words')
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'refusal' })
    expect(data.warnings.join(' ')).toMatch(/content filter of OpenAI/)
    expect((await world.send(agent, 'And now?')).data).toMatchObject({
      status: 'completed',
      reply: 'Fine.',
    })
    expect(JSON.stringify(world.vendor.lastMessages())).toContain('Hello')
    const { data: found } = await world.client.call('search_conversation', {
      agent,
      query: 'FLAGGED',
    })
    expect(JSON.stringify(found)).toContain('FLAGGED words')
  })

  it('where the cause is further up, the history leaves the context', async () => {
    const agent = await world.createAgent('openai/scripted')
    world.vendor.always(speak('Fine.'))
    await world.send(agent, 'OLD words')
    filter([400, { error: { code: 'content_filter', message: 'no' } }], 'OLD')
    for (const text of ['One', 'Two']) {
      expect((await world.send(agent, text)).data.stop_reason).toBe('refusal')
    }
    expect((await world.send(agent, 'Three')).data).toMatchObject({ reply: 'Fine.' })
  })
})

describe('an answer with nothing in it', () => {
  const note = call('memory_insert', { label: 'human', new_string: 'Tea.' })

  it('is asked for again with the reason', async () => {
    const agent = await world.createAgent('openai/scripted', { agent_type: 'letta_v1_agent' })
    world.vendor.always(say('Noted.'))
    world.vendor.enqueue(note, say(''))
    expect((await world.send(agent)).data.reply).toBe('Noted.')
    expect(JSON.stringify(world.vendor.lastMessages().at(-1))).toContain(
      'Your last answer was empty',
    )
    await world.send(agent, 'And now?')
    expect(JSON.stringify(world.vendor.lastMessages())).not.toContain('Your last answer was empty')
  })

  it('again and again ends a turn whose work is done, with a warning', async () => {
    const agent = await world.createAgent('openai/scripted', { agent_type: 'letta_v1_agent' })
    world.vendor.always(say(''))
    world.vendor.enqueue(note)
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'completed', stop_reason: 'end_turn' })
    expect(data.warnings.join(' ')).toMatch(/what its tools did is done/)
  })

  it('but thoughts is retried, and then said', async () => {
    const agent = await world.createAgent('openai/scripted', { agent_type: 'letta_v1_agent' })
    world.vendor.always(message({ content: '', reasoning_content: 'Hello Ada.' }))
    const { data } = await world.send(agent)
    expect(data.reply).toBe('Hello Ada.')
    expect(data.warnings.join(' ')).toMatch(/in its reasoning alone/)
  })
})

it("a run's usage is reported by model", async () => {
  const agent = await world.createAgent('openai/scripted')
  world.vendor.always(call('send_message', { message: 'Hi' }))
  const { data } = await world.send(agent)
  expect(data.usage.by_model).toMatchObject([
    { model: 'openai/scripted', steps: 1, prompt_tokens: 4000, completion_tokens: 20 },
  ])
})

meant("a run's usage has its cost where the provider gives it, and its reasoning", async () => {
  const agent = await world.createAgent('openai/scripted')
  const usage = {
    prompt_tokens: 4000,
    completion_tokens: 20,
    cost: 0.25,
    completion_tokens_details: { reasoning_tokens: 12 },
  }
  world.vendor.always(call('send_message', { message: 'Hi' }, { usage }))
  const { data } = await world.send(agent)
  expect(data.usage).toMatchObject({
    cost_usd: 0.25,
    reasoning_tokens: 12,
    by_model: [{ model: 'openai/scripted', cost_usd: 0.25 }],
  })
})
