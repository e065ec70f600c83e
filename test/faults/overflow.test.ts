import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { body, call, chunks, refuse, say, speak } from './answers.ts'
import { OWN_OVERFLOWS } from './own-faults.ts'
import { type Answer, textOf } from './wire.ts'
import { expectFailure, FORMATS, startWorld, type World } from './world.ts'

/** How each server says that the request is too long. */
const error = (message: string, more: object = {}) => ({ error: { message, ...more } })
const WORDINGS: readonly (readonly [server: string, answer: Answer])[] = [
  ['OpenAI by code', refuse(400, error('Too long.', { code: 'context_length_exceeded' }))],
  ['OpenAI in words', refuse(400, error('Your input exceeds the context window of this model.'))],
  [
    'OpenAI of before',
    refuse(400, error("This model's maximum context length is 4097 tokens. However, you …")),
  ],
  ['Anthropic', refuse(400, error('prompt is too long: 210000 tokens > 200000 maximum'))],
  [
    'Anthropic with its output',
    refuse(
      400,
      error('input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'),
    ),
  ],
  [
    'vLLM up to 0.15',
    refuse(400, {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens.",
    }),
  ],
  [
    'vLLM from 0.16',
    refuse(
      400,
      error(
        "You passed 5000 input tokens and requested 100 output tokens. However, the model's context length is only 4096 tokens",
      ),
    ),
  ],
  [
    'llama.cpp with 400',
    refuse(400, error('the request exceeds', { type: 'exceed_context_size_error', n_ctx: 4096 })),
  ],
  [
    'llama.cpp with 500',
    refuse(500, error('the request exceeds the available context size, try increasing it')),
  ],
  [
    'Google',
    refuse(400, [
      error('The input token count (2000000) exceeds the maximum number of tokens allowed'),
    ]),
  ],
  ['xAI', refuse(400, error("This model's maximum prompt length is 131072 but the request has"))],
  ['Groq', refuse(413, error('Please reduce the length of the messages or completion.'))],
  [
    'OpenRouter',
    refuse(400, error("This endpoint's maximum context length is 8192 tokens.", { code: 400 })),
  ],
  [
    'OpenRouter with 200',
    body(JSON.stringify(error("This endpoint's maximum context length is 8192 tokens."))),
  ],
  ['LM Studio', refuse(400, { error: 'The number of tokens is greater than the context length.' })],
  ['Moonshot', refuse(400, error('Your request exceeded model token limit: 262144'))],
  ['MiniMax', refuse(400, error('invalid params, context window exceeds limit'))],
  [
    'Mistral',
    refuse(400, {
      object: 'error',
      message:
        'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
    }),
  ],
  ['Bedrock', refuse(400, error('Input is too long for requested model.'))],
  ['GitHub Copilot', refuse(400, error('prompt token count of 70000 exceeds the limit of 64000'))],
  ['Ollama, newer', refuse(400, error('the input length exceeds the context length'))],
  ['Cerebras, with 413 and nothing', refuse(413, '')],
  ['Cerebras, with 400 and nothing', refuse(400, '')],
  ['a stream', chunks(error('context_length_exceeded'))],
  ...OWN_OVERFLOWS,
]

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

describe.each(FORMATS)('a request too long for a provider that answers with %s', (_, model) => {
  it.each(WORDINGS)(
    'is recognised in the wording of %s, retried once, and then fails the run',
    async (_server, answer) => {
      const agent = await world.createAgent(model)
      world.vendor.always(answer)
      await expectFailure(world, agent, {
        stop: 'context_overflow',
        code: 'limit_exceeded',
        error: /smaller context_window/,
        requests: 2,
        putsAside: true,
      })
    },
  )
})

describe.each(FORMATS)(
  'a conversation too long for a provider that answers with %s',
  (_, model) => {
    it.each(WORDINGS)(
      'is summarized when %s says so, and the one retry succeeds',
      async (_server, answer) => {
        world.vendor.always(speak('Noted.'))
        const agent = await world.createAgent(model)
        for (const turn of ['Turn one', 'Turn two', 'Turn three', 'Turn four']) {
          await world.send(agent, `${turn}: ${'a long tale of the sea '.repeat(60)}`)
        }
        const before = world.vendor.requests.length
        world.vendor.enqueue(answer, say('Four tales of the sea were told.'), speak('It fits now.'))
        const { data } = await world.send(agent)
        expect(data).toMatchObject({ status: 'completed', reply: 'It fits now.' })
        expect(world.vendor.requests.length - before).toBe(3)
        const [system, ...said] = world.vendor.lastMessages()
        expect(system && textOf(system)).toContain('Four tales of the sea were told.')
        expect(said.map(textOf).join()).not.toContain('Turn one')
        expect(said.map(textOf).join()).toContain('Are you there?')
      },
    )
  },
)

describe('a failure that is not about length', () => {
  it.each([
    [
      'tokens per minute',
      refuse(429, error('Request too large: reduce the length of the messages.')),
    ],
    ['too large an output', refuse(400, error('max_tokens exceeds the limit of 8192'))],
    ['a wrong parameter', refuse(400, error('tools is not supported'))],
  ])('is an error of its own kind: %s', async (_, answer) => {
    const agent = await world.createAgent('openai/scripted')
    world.vendor.always(answer)
    await expectFailure(world, agent, { error: /OpenAI answered 4/ })
  })
})

/** A server may take a request that does not fit and say nothing. */
describe('a request of which a part was silently dropped', () => {
  const usage = { prompt_tokens: 300, completion_tokens: 5, total_tokens: 305 }
  const shortened = call('send_message', { message: 'Hi.' }, { usage })

  it('is warned of when a local engine counts far fewer tokens than were sent', async () => {
    world.vendor.always(speak('Here I am.'))
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(shortened)
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'completed', reply: 'Hi.' })
    expect(data.warnings).toEqual([
      expect.stringMatching(/LM Studio read only about 300 of \d+ tokens.*larger context window/),
    ])
  })

  it('is not suspected with a provider that never drops any', async () => {
    world.vendor.always(shortened)
    const { data } = await world.send(await world.createAgent('openai/scripted'))
    expect(data).toMatchObject({ status: 'completed', warnings: [] })
  })

  it('is warned of when the provider counts more tokens than the window has', async () => {
    const many = { prompt_tokens: 40_000, completion_tokens: 5, total_tokens: 40_005 }
    world.vendor.always(call('send_message', { message: 'Hi.' }, { usage: many }))
    const agent = await world.createAgent('openai/scripted', { context_window: 32_000 })
    const { data } = await world.send(agent)
    expect(data.warnings).toEqual([
      expect.stringMatching(/counted 40000 tokens, more than the agent's context_window of 32000/),
    ])
  })
})
