import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChatModel } from '../../src/llm/model.ts'
import {
  events,
  fail,
  hang,
  raw,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { failureOf, registryFrom, request } from './support.ts'

const KEY = 'sk-secret-abcdef-0123456789'
const HTML = '<html><head><style>p{}</style></head><body><h1>Bad gateway</h1></body></html>'

let vendor: ScriptedProvider
let model: ChatModel
beforeEach(async () => {
  vendor = await startScriptedProvider()
  const registry = registryFrom({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: vendor.baseUrl })
  model = await registry.resolve('openai/gpt-4.1-mini')
})
afterEach(() => vendor.close())

const error = (message: string, code: string | number | null = null) => ({
  error: { message, code, type: 'invalid_request_error' },
})

describe('a failed call', () => {
  it.each([
    ['a wrong key', fail(401, error('Incorrect API key')), 'unauthorized', /OPENAI_API_KEY/],
    ['an unknown model', fail(404, error('No such model')), 'rejected', /"gpt-4\.1-mini"/],
    ['too many requests', fail(429, error('Slow down')), 'rate_limited', /try again/],
    [
      'no credit left',
      fail(429, error('You exceeded your current quota', 'insufficient_quota')),
      'rejected',
      /credits/,
    ],
    ['a web page of a proxy', fail(502, HTML), 'unreachable', /Try again/],
    ['a request it does not like', fail(400, error('No tools here')), 'rejected', /tools/],
    [
      'an error in the shape of vLLM',
      fail(400, { object: 'error', message: 'Odd', code: 400 }),
      'rejected',
      /tools/,
    ],
    [
      'a web page with status 200',
      raw({ headers: { 'content-type': 'text/html' }, body: HTML }),
      'invalid_answer',
      /OPENAI_BASE_URL/,
    ],
    ['no choices', raw({ body: '{"choices":[]}' }), 'invalid_answer', /again/],
    ['choices of null', raw({ body: '{"choices":null}' }), 'invalid_answer', /again/],
    [
      'a message of null',
      raw({ body: '{"choices":[{"message":null}]}' }),
      'invalid_answer',
      /again/,
    ],
    [
      'an error with status 200',
      raw({ body: JSON.stringify(error('Oops')) }),
      'invalid_answer',
      /again/,
    ],
    [
      'a limit told with status 200',
      raw({ body: JSON.stringify(error('Slow', 429)) }),
      'rate_limited',
      /again/,
    ],
    ['nothing at all', raw({ body: '' }), 'invalid_answer', /again/],
    ['JSON that is cut off', raw({ body: '{"choices":[{"mess' }), 'invalid_answer', /again/],
    [
      'a stream that just ends',
      events({ choices: [{ delta: { content: 'Half a' } }] }),
      'invalid_answer',
      /again/,
    ],
    ['a stream of no JSON', events('{"choices":'), 'invalid_answer', /again/],
    [
      'an error within a stream',
      events({ choices: [{ delta: { content: 'A' } }] }, error('Oops')),
      'invalid_answer',
      /again/,
    ],
    [
      'a redirect',
      fail(302, '', { location: 'http://127.0.0.1:1/' }),
      'rejected',
      /OPENAI_BASE_URL/,
    ],
  ])('because of %s says so, and what to do', async (_cause, scripted, reason, hint) => {
    vendor.enqueue(scripted)
    const failure = await failureOf(model, request('Hello'))
    expect(failure.reason).toBe(reason)
    expect(failure.message).toMatch(/OpenAI .*\.$/)
    expect(failure.hint).toMatch(hint)
    expect(vendor.requests).toHaveLength(1)
  })

  it('quotes what the server said', async () => {
    vendor.enqueue(fail(400, { object: 'error', message: 'The moon is not full', code: 400 }))
    const { message } = await failureOf(model, request('Hello'))
    expect(message).toBe('OpenAI answered 400: The moon is not full.')
  })

  it('quotes a web page without its markup', async () => {
    vendor.enqueue(fail(502, HTML))
    const { message } = await failureOf(model, request('Hello'))
    expect(message).toBe('OpenAI answered 502: Bad gateway.')
  })

  it('never tells the key', async () => {
    vendor.enqueue(fail(401, error(`Incorrect API key provided: ${KEY} or sk-proj-ab****wxyz.`)))
    const failure = await failureOf(model, request('Hello'))
    expect(JSON.stringify(failure)).not.toMatch(/sk-/)
    expect(failure.message).toContain('[redacted]')
  })

  it('passes on how long the provider asks us to wait', async () => {
    vendor.enqueue(fail(429, error('Slow down'), { 'retry-after': '20' }))
    expect((await failureOf(model, request('Hello'))).retryAfterMilliseconds).toBe(20_000)
  })

  it('at an address with no listener asks whether the engine runs', async () => {
    const registry = registryFrom({ OLLAMA_BASE_URL: 'http://127.0.0.1:1' })
    const failure = await failureOf(await registry.resolve('ollama/llama3'), request('Hello'))
    expect(failure.reason).toBe('unreachable')
    expect(failure.message).toContain('http://127.0.0.1:1/v1')
    expect(failure.hint).toMatch(/^Is Ollama running\?/)
  })

  it('is an abort when the caller gives up on a server that does not answer', async () => {
    vendor.enqueue(hang())
    const controller = new AbortController()
    const pending = failureOf(model, request('Hello'), controller.signal)
    await expect.poll(() => vendor.requests.length).toBe(1)
    controller.abort()
    expect((await pending).reason).toBe('aborted')
  })

  it('is an abort when the caller gave up before', async () => {
    const failure = await failureOf(model, request('Hello'), AbortSignal.abort())
    expect(failure.reason).toBe('aborted')
    expect(vendor.requests).toHaveLength(0)
  })
})

describe('a context that is too long is recognised', () => {
  it.each([
    ['OpenAI', 400, error('Too long.', 'context_length_exceeded')],
    ['OpenAI in words', 400, error('Your input exceeds the context window of this model.')],
    [
      'vLLM',
      400,
      { object: 'error', message: "This model's maximum context length is 4096 tokens." },
    ],
    [
      'a newer vLLM',
      400,
      error("You passed 5000 input tokens; the model's context length is only 4096 tokens."),
    ],
    [
      'llama.cpp',
      500,
      {
        error: {
          message: 'the request exceeds the available context size',
          type: 'exceed_context_size_error',
        },
      },
    ],
    ['Anthropic', 400, error('prompt is too long: 210000 tokens > 200000 maximum')],
    [
      'Google',
      400,
      [error('The input token count (2000000) exceeds the maximum number of tokens allowed')],
    ],
    ['xAI', 400, error("This model's maximum prompt length is 131072")],
    ['Groq', 413, error('Please reduce the length of the messages or completion.')],
    ['LM Studio', 400, { error: 'The number of tokens is greater than the context length.' }],
    ['Moonshot', 400, error('Invalid request: Your request exceeded model token limit: 262144')],
    ['MiniMax', 400, error('invalid params, context window exceeds limit')],
    [
      'Mistral',
      400,
      error('Prompt contains 40000 tokens, too large for model with 32768 maximum context length'),
    ],
    ['Bedrock', 400, error('Input is too long for requested model.')],
    ['Copilot', 400, error('prompt token count of 70000 exceeds the limit of 64000')],
    ['a silent 413', 413, ''],
    ['a silent 400', 400, ''],
  ])('as %s says it', async (_server, status, body) => {
    vendor.enqueue(fail(status, body))
    const failure = await failureOf(model, request('Hello'))
    expect(failure.reason).toBe('context_overflow')
    expect(failure.hint).toMatch(/context_window/)
  })

  it('but a limit on tokens per minute is not one', async () => {
    vendor.enqueue(fail(429, error('Request too large: reduce the length of the messages.')))
    expect((await failureOf(model, request('Hello'))).reason).toBe('rate_limited')
  })
})
