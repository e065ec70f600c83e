import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { ModelMessage } from '../../src/llm/model.ts'
import {
  callTool,
  fail,
  raw,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { type Front, type FrontOptions, startFront } from '../support/wires/front.ts'
import { answerOf, failureOf, registryFrom, request, TEXT, tool } from './support.ts'

/* Anthropic's Messages, against a server that refuses what the real one refuses. */

let vendor: ScriptedProvider
let front: Front
beforeEach(async () => {
  vendor = await startScriptedProvider()
  front = await startFront('messages', vendor.baseUrl)
})
afterEach(async () => {
  await front.close()
  await vendor.close()
})

async function startAgain(options: FrontOptions): Promise<void> {
  await front.close()
  front = await startFront('messages', vendor.baseUrl, options)
}

const KEY = 'sk-ant-test-1234567890'
const registry = (environment: Readonly<Record<string, string>> = {}) =>
  registryFrom({
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: front.baseUrl,
    ...environment,
  })
const open = (handle = 'anthropic/claude') => registry().resolve(handle)

const TOOLS = [tool('look', { at: TEXT })]
const lastBody = () => front.requests.at(-1)?.body ?? {}

/** The answer as the loop keeps it, and the results of its calls. */
async function afterAnswer(
  model: Awaited<ReturnType<typeof open>>,
  said: readonly ModelMessage[],
  reasoning: 'off' | 'medium',
): Promise<readonly ModelMessage[]> {
  const {
    text,
    reasoning: thought,
    toolCalls,
    extras,
  } = await answerOf(model, request(said, { tools: TOOLS, reasoning }))
  const calls = toolCalls.map((call) => ({ ...call, id: newId('call') }))
  return [
    ...said,
    { role: 'assistant', text, reasoning: thought, toolCalls: calls, ...(extras && { extras }) },
    ...calls.map(({ id }) => ({ role: 'tool' as const, callId: id, text: 'A door.' })),
  ]
}

const HELLO: readonly ModelMessage[] = [
  { role: 'system', text: 'You are Ada.' },
  { role: 'user', text: 'What is there?' },
]

describe('an Anthropic model', () => {
  it('is called over Messages by default, with the key where gateways look for it', async () => {
    vendor.enqueue(say('Hello'))
    expect((await answerOf(await open(), request(HELLO))).text).toBe('Hello')
    expect(front.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
    })
    expect(lastBody()).toMatchObject({ model: 'claude', max_tokens: 8192 })
    expect(lastBody()).not.toHaveProperty('thinking')
  })

  it.each(['', '/v1/messages'])('is found by an address that ends in "%s"', async (end) => {
    vendor.enqueue(say('Hello'))
    const url = front.baseUrl.replace(/\/v1$/, end)
    const model = await registry({ ANTHROPIC_BASE_URL: url }).resolve('anthropic/claude')
    expect((await answerOf(model, request('Hi'))).text).toBe('Hello')
  })

  it('behind a server with only chat completions is called over those, directly once that is known', async () => {
    vendor.respondWith(() => say('Hello'))
    const model = await registry({ ANTHROPIC_BASE_URL: vendor.baseUrl }).resolve('anthropic/claude')
    expect((await answerOf(model, request('Hi'))).text).toBe('Hello')
    expect((await answerOf(model, request('Hi'))).text).toBe('Hello')
    expect(vendor.requests).toHaveLength(2)
  })

  it('is called over the configured API only', async () => {
    vendor.respondWith(() => say('Hello'))
    const chat = registry({ ANTHROPIC_BASE_URL: vendor.baseUrl, RECOLLECT_ANTHROPIC_API: 'chat' })
    expect((await answerOf(await chat.resolve('anthropic/claude'), request('Hi'))).text).toBe(
      'Hello',
    )
    const messages = registry({
      ANTHROPIC_BASE_URL: vendor.baseUrl,
      RECOLLECT_ANTHROPIC_API: 'messages',
    })
    const failure = await failureOf(await messages.resolve('anthropic/claude'), request('Hi'))
    expect(failure.message).toContain('404')
    expect(() => registry({ RECOLLECT_ANTHROPIC_API: 'soap' })).toThrow(
      'RECOLLECT_ANTHROPIC_API: found "soap", allowed is chat, messages, responses.',
    )
  })

  it('another provider is called over Messages where configured', async () => {
    vendor.enqueue(say('Hello'))
    const other = registryFrom({
      VLLM_BASE_URL: front.baseUrl,
      RECOLLECT_VLLM_API: 'messages',
    })
    expect((await answerOf(await other.resolve('vllm/x'), request('Hi'))).text).toBe('Hello')
    // As a local engine it streams.
    expect(lastBody()).toMatchObject({ model: 'x', stream: true })
  })
})

describe('thinking', () => {
  const thinks = callTool('look', { at: 'door' }, { reasoning: 'Where is the door?' })

  it.each([
    ['adaptive', { type: 'adaptive', display: 'summarized' }],
    ['enabled', { type: 'enabled', budget_tokens: 8192 }],
  ] as const)('of a model that takes %s alone comes back signed', async (kind, sent) => {
    await startAgain({ thinking: [kind] })
    vendor.enqueue(thinks, say('A door.'))
    const model = await open()
    const said = await afterAnswer(model, HELLO, 'medium')
    expect(said[2]).toMatchObject({ reasoning: 'Where is the door?' })
    await answerOf(model, request(said, { tools: TOOLS, reasoning: 'medium' }))
    expect(lastBody()).toMatchObject({ thinking: sent })
    expect(lastBody().messages[1].content).toMatchObject([
      { type: 'thinking', thinking: 'Where is the door?', signature: expect.any(String) },
      { type: 'tool_use', name: 'look', input: { at: 'door' } },
    ])
    // The refusal of the other kind was learnt from once.
    expect(front.refusals).toHaveLength(kind === 'adaptive' ? 0 : 1)
  })

  it('is not requested again from a model that does not think', async () => {
    await startAgain({ thinking: [] })
    vendor.respondWith(() => say('Hello'))
    const models = registry()
    for (let times = 0; times < 2; times += 1) {
      const model = await models.resolve('anthropic/claude')
      await answerOf(model, request(HELLO, { reasoning: 'high' }))
    }
    expect(lastBody()).not.toHaveProperty('thinking')
    expect(front.refusals.length).toBeLessThanOrEqual(3)
    expect(vendor.requests).toHaveLength(2)
  })

  it('goes to no other model', async () => {
    vendor.enqueue(thinks, say('A door.'))
    const said = await afterAnswer(await open(), HELLO, 'medium')
    await answerOf(await open('anthropic/other'), request(said, { tools: TOOLS }))
    expect(lastBody().messages[1].content).toMatchObject([{ type: 'tool_use' }])
    expect(front.refusals).toEqual([])
  })

  it('whose signature is not accepted is left out for that request only', async () => {
    vendor.enqueue(thinks, say('A door.'), say('Still.'))
    const model = await open()
    const said = await afterAnswer(model, HELLO, 'medium')
    const forged = JSON.parse(JSON.stringify(said).replace('"signature":"', '"signature":"x'))
    const answer = await answerOf(model, request(forged, { tools: TOOLS, reasoning: 'medium' }))
    expect(answer.text).toBe('A door.')
    expect(front.refusals).toEqual([expect.stringContaining('Invalid `signature`')])
    await answerOf(model, request(HELLO, { reasoning: 'medium' }))
    expect(lastBody()).toHaveProperty('thinking')
  })

  it('forces no tool, and takes no temperature', async () => {
    vendor.enqueue(say('Hello'))
    const asked = {
      tools: TOOLS,
      toolChoice: 'required',
      reasoning: 'low',
      temperature: 1.5,
    } as const
    await answerOf(await open(), request(HELLO, asked))
    expect(lastBody()).toMatchObject({ tool_choice: { type: 'auto' } })
    expect(front.refusals).toEqual([])
  })
})

describe('an answer', () => {
  it('streams its text, its thinking and its calls while it comes', async () => {
    vendor.enqueue(callTool('look', { at: 'the door' }, { reasoning: 'I wonder.', text: 'Wait.' }))
    const seen: { kind: string; text: string }[] = []
    const model = await open()
    const result = await model.call(request(HELLO, { tools: TOOLS }), {
      signal: new AbortController().signal,
      onDelta: (delta) =>
        seen.push({
          kind: delta.kind,
          text: delta.kind === 'tool_call' ? delta.arguments : delta.text,
        }),
    })
    const told = (kind: string) =>
      seen
        .filter((delta) => delta.kind === kind)
        .map(({ text }) => text)
        .join('')
    expect(told('reasoning')).toBe('I wonder.')
    expect(told('text')).toBe('Wait.')
    expect(JSON.parse(told('tool_call'))).toEqual({ at: 'the door' })
    expect(result).toMatchObject({
      kind: 'answer',
      answer: { text: 'Wait.', reasoning: 'I wonder.', toolCalls: [{ name: 'look' }] },
    })
    expect(lastBody()).toMatchObject({ stream: true })
  })

  it.each([
    [429, 'rate_limit_error', 'rate_limited'],
    [529, 'overloaded_error', 'unreachable'],
    [401, 'authentication_error', 'unauthorized'],
    [413, 'request_too_large', 'context_overflow'],
  ] as const)('%d %s is understood', async (status, type, reason) => {
    vendor.enqueue(fail(status, { type: 'error', error: { type, message: 'No.' } }))
    expect((await failureOf(await open(), request(HELLO))).reason).toBe(reason)
  })

  it('that is too long for the model tells the sizes', async () => {
    const message = 'prompt is too long: 210000 tokens > 200000 maximum'
    const error = { type: 'invalid_request_error', message }
    vendor.enqueue(fail(400, { type: 'error', error }))
    expect(await failureOf(await open(), request(HELLO))).toMatchObject({
      reason: 'context_overflow',
      windowTokens: 200_000,
      requestTokens: 210_000,
    })
  })

  it.each([
    ['that is no message', '{"choices":[]}', 'invalid_answer', 'an answer that is not a message'],
    [
      'that is an error',
      '{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}',
      'unreachable',
      'Busy',
    ],
  ] as const)(
    '%s is a failure, although it came with status 200',
    async (_, body, reason, words) => {
      vendor.enqueue(raw({ body }))
      const failure = await failureOf(await open(), request(HELLO))
      expect(failure).toMatchObject({ reason, message: expect.stringContaining(words) })
    },
  )

  it("longer than the model's output limit is requested shorter, and the limit is remembered", async () => {
    const message =
      'max_tokens: 20000 > 8192, which is the maximum allowed number of output tokens for claude'
    vendor.enqueue(fail(400, { error: { type: 'invalid_request_error', message } }), say('Hello'))
    const model = await open()
    await answerOf(model, request(HELLO, { maxOutputTokens: 20_000 }))
    expect(lastBody().max_tokens).toBe(8192)
  })
})
