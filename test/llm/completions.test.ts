import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { ChatModel } from '../../src/llm/model.ts'
import {
  callTool,
  callTools,
  events,
  raw,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { answerOf, registryFrom, request, TEXT, tool } from './support.ts'

let vendor: ScriptedProvider
beforeEach(async () => {
  vendor = await startScriptedProvider()
})
afterEach(() => vendor.close())

function open(provider: string): Promise<ChatModel> {
  const registry = registryFrom({
    [`${provider.toUpperCase()}_BASE_URL`]: vendor.baseUrl,
    [`${provider.toUpperCase()}_API_KEY`]: 'sk-test-1234567890',
  })
  return registry.resolve(`${provider}/some-model`)
}

/** The choice of a stream or one JSON text is the provider's, so every behaviour is checked in both. */
describe.each([
  ['JSON', 'openai'],
  ['a stream', 'vllm'],
])('an answer as %s', (_format, provider) => {
  it('is read as the text that the model wrote', async () => {
    vendor.enqueue(say('Grüße aus 東京 🗼, and “quotes”\nin two lines.'))
    const answer = await answerOf(await open(provider), request('Hello'))
    expect(answer).toMatchObject({
      text: 'Grüße aus 東京 🗼, and “quotes”\nin two lines.',
      reasoning: '',
      toolCalls: [],
      finish: 'stop',
    })
    expect(vendor.requests[0]?.body.stream ?? false).toBe(provider === 'vllm')
    expect(vendor.requests[0]?.headers.authorization).toBe('Bearer sk-test-1234567890')
  })

  it('has its tool calls in order, with the arguments as written', async () => {
    vendor.enqueue(
      callTools(
        [
          { name: 'first', arguments: { city: 'Köln', count: 3 } },
          { name: 'second', arguments: '{"broken": ' },
        ],
        { text: 'One moment.' },
      ),
    )
    const answer = await answerOf(await open(provider), request('Hello'))
    expect(answer.text).toBe('One moment.')
    expect(answer.toolCalls).toEqual([
      { name: 'first', arguments: '{"city":"Köln","count":3}' },
      { name: 'second', arguments: '{"broken": ' },
    ])
  })

  it('counts its tokens, cached ones too', async () => {
    const usage = {
      prompt_tokens: 1_200,
      completion_tokens: 34,
      prompt_tokens_details: { cached_tokens: 1_024 },
    }
    vendor.enqueue(say('Yes.', { usage }))
    expect((await answerOf(await open(provider), request('Hello'))).usage).toEqual({
      promptTokens: 1_200,
      completionTokens: 34,
      totalTokens: 1_234,
      cachedTokens: 1_024,
    })
  })

  it('is counted by estimate when the server does not count', async () => {
    vendor.enqueue(say('A short answer.', { usage: null }))
    const { usage } = await answerOf(await open(provider), request('A question of some words'))
    expect(usage.promptTokens).toBeGreaterThan(3)
    expect(usage.completionTokens).toBeGreaterThan(2)
    expect(usage.totalTokens).toBe(usage.promptTokens + usage.completionTokens)
  })

  it.each([
    ['reasoning_content', say('42.', { reasoning: 'Six by seven.' })],
    ['reasoning', say('42.', { reasoning: 'Six by seven.', reasoningField: 'reasoning' })],
    ['think tags', say('<think>\nSix by seven.\n</think>\n\n42.')],
    ['a closing think tag alone', say('Six by seven.\n</think>\n\n42.')],
  ])('keeps reasoning apart from its text when it comes in %s', async (_shape, scripted) => {
    vendor.enqueue(scripted)
    const answer = await answerOf(await open(provider), request('6 × 7?'))
    expect(answer).toMatchObject({ text: '42.', reasoning: 'Six by seven.' })
  })

  it('says when it was cut off at the output limit', async () => {
    vendor.enqueue(callTool('write', '{"text": "It was a da', { finishReason: 'length' }))
    expect((await answerOf(await open(provider), request('Hello'))).finish).toBe('length')
  })

  it('says when it was refused', async () => {
    vendor.enqueue(say('', { finishReason: 'content_filter' }))
    expect((await answerOf(await open(provider), request('Hello'))).finish).toBe('refusal')
  })

  it('is parsed by its actual format, not by the requested one', async () => {
    const json = raw({ body: JSON.stringify(completion({ content: 'As JSON.' })) })
    const stream = events({ choices: [{ delta: { content: 'As a stream.' } }] }, '[DONE]')
    vendor.enqueue(json, stream)
    const model = await open(provider)
    expect((await answerOf(model, request('Hello'))).text).toBe('As JSON.')
    expect((await answerOf(model, request('Hello'))).text).toBe('As a stream.')
  })
})

describe('answers of servers with quirks', () => {
  it.each([
    [
      'arguments as an object',
      { tool_calls: [{ function: { name: 'look', arguments: { at: 'it' } } }] },
    ],
    ['the older function_call', { function_call: { name: 'look', arguments: '{"at":"it"}' } }],
  ])('%s are understood', async (_way, message) => {
    vendor.enqueue(raw({ body: JSON.stringify(completion(message)) }))
    const { toolCalls } = await answerOf(await open('openai'), request('Hello'))
    expect(toolCalls).toEqual([{ name: 'look', arguments: '{"at":"it"}' }])
  })

  it('a tool call without arguments has an empty text for them', async () => {
    const message = { tool_calls: [{ function: { name: 'look' } }] }
    vendor.enqueue(raw({ body: JSON.stringify(completion(message)) }))
    const { toolCalls } = await answerOf(await open('openai'), request('Hello'))
    expect(toolCalls).toEqual([{ name: 'look', arguments: '' }])
  })

  it('tool calls of a stream without an index are told apart by their names', async () => {
    const delta = (name: string | undefined, written: string) => ({
      choices: [{ delta: { tool_calls: [{ function: { name, arguments: written } }] } }],
    })
    vendor.enqueue(
      events(delta('one', '{"a"'), delta(undefined, ':1}'), delta('two', '{}'), '[DONE]'),
    )
    const { toolCalls } = await answerOf(await open('vllm'), request('Hello'))
    expect(toolCalls).toEqual([
      { name: 'one', arguments: '{"a":1}' },
      { name: 'two', arguments: '{}' },
    ])
  })

  it('tool calls of a stream that are all numbered 0 are told apart by their ids', async () => {
    const delta = (id: string) => ({
      choices: [
        { delta: { tool_calls: [{ index: 0, id, function: { name: id, arguments: '{}' } }] } },
      ],
    })
    vendor.enqueue(events(delta('one'), delta('two'), '[DONE]'))
    const { toolCalls } = await answerOf(await open('vllm'), request('Hello'))
    expect(toolCalls.map((call) => call.name)).toEqual(['one', 'two'])
  })

  it('a refusal in words is the text', async () => {
    const refusal = { content: null, refusal: 'I cannot help with that.' }
    vendor.enqueue(raw({ body: JSON.stringify(completion(refusal)) }))
    expect(await answerOf(await open('openai'), request('Hello'))).toMatchObject({
      text: 'I cannot help with that.',
      finish: 'refusal',
    })
  })

  it('content in parts is joined, with thinking kept separate', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Yes.' },
    ]
    vendor.enqueue(raw({ body: JSON.stringify(completion({ content })) }))
    expect(await answerOf(await open('mistral'), request('Hello'))).toMatchObject({
      text: 'Yes.',
      reasoning: 'Hm.',
    })
  })

  it('a stream with comments and other line ends is read', async () => {
    const chunk = JSON.stringify({ choices: [{ delta: { content: 'Hi' }, finish_reason: 'stop' }] })
    vendor.enqueue(
      raw({
        headers: { 'content-type': 'text/event-stream' },
        body: `: keep-alive\r\n\r\nevent: x\r\ndata:${chunk}\r\n\r\n`,
      }),
    )
    expect((await answerOf(await open('vllm'), request('Hello'))).text).toBe('Hi')
  })
})

describe('a request', () => {
  const look = tool('look', { at: TEXT })
  const history = () => {
    const id = newId('call')
    return [
      { role: 'system', text: 'You are.' },
      { role: 'user', text: 'Look \ud800!' },
      {
        role: 'assistant',
        text: '',
        reasoning: 'I look.',
        toolCalls: [{ id, name: 'look', arguments: 'not JSON' }],
      },
      { role: 'tool', callId: id, text: 'Seen.' },
      { role: 'user', text: 'And?' },
    ] as const
  }

  it('carries the history in the wire format', async () => {
    vendor.enqueue(say('Ok.'))
    await answerOf(await open('openai'), request(history(), { tools: [look] }))
    const { body } = vendor.requests[0] ?? {}
    const id = body.messages[3].tool_call_id
    expect(id).toMatch(/^call_[0-9a-f]{24}$/)
    expect(body).toEqual({
      model: 'some-model',
      messages: [
        { role: 'system', content: 'You are.' },
        { role: 'user', content: 'Look \ufffd!' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: id, content: 'Seen.' },
        { role: 'user', content: 'And?' },
      ],
      tools: [{ type: 'function', function: look }],
      tool_choice: 'auto',
    })
  })

  it('is the same every time, so that a prompt cache can hold it', async () => {
    vendor.enqueue(say('Ok.'), say('Ok.'))
    const asked = request(history(), { tools: [look] })
    await answerOf(await open('openai'), asked)
    await answerOf(await open('openai'), asked)
    expect(vendor.requests[0]?.body).toEqual(vendor.requests[1]?.body)
  })

  it('suits Mistral: ids of nine letters and digits, no user right after a tool', async () => {
    vendor.enqueue(say('Ok.'))
    await answerOf(await open('mistral'), request(history(), { tools: [look] }))
    const { messages } = vendor.requests[0]?.body ?? {}
    expect(messages[3].tool_call_id).toMatch(/^[0-9A-Za-z]{9}$/)
    expect(messages[2].tool_calls[0].id).toBe(messages[3].tool_call_id)
    expect(messages.map((message: { role: string }) => message.role).slice(3)).toEqual([
      'tool',
      'assistant',
      'user',
    ])
  })

  it('returns reasoning only to a provider that wants it back', async () => {
    vendor.enqueue(say('Ok.'), say('Ok.'))
    await answerOf(await open('deepseek'), request(history(), { tools: [look] }))
    await answerOf(await open('openai'), request(history(), { tools: [look] }))
    expect(vendor.requests[0]?.body.messages[2].reasoning_content).toBe('I look.')
    expect(vendor.requests[1]?.body.messages[2]).not.toHaveProperty('reasoning_content')
  })

  it.each([
    ['openai', { type: 'function', function: { name: 'look' } }, ['look', 'other']],
    ['lmstudio', 'required', ['look']],
    ['ollama', undefined, ['look']],
  ])('forces a tool on %s in the way it understands', async (provider, choice, names) => {
    vendor.enqueue(say('Ok.'))
    const asked = { tools: [look, tool('other', {})], toolChoice: { name: 'look' } }
    await answerOf(await open(provider), request('Hello', asked))
    const { body } = vendor.requests[0] ?? {}
    expect(body.tool_choice).toEqual(choice)
    expect(body.tools.map((each: { function: { name: string } }) => each.function.name)).toEqual(
      names,
    )
  })
})

function completion(message: Readonly<Record<string, unknown>>): unknown {
  return {
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}
