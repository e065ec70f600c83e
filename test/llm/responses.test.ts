import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { ChatModel, ModelMessage } from '../../src/llm/model.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { chooseApi } from '../../src/llm/registry/choose-api.ts'
import {
  callTool,
  raw,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { type Front, startFront } from '../support/wires/front.ts'
import { answerOf, failureOf, registryFrom, request, TEXT, tool } from './support.ts'

/* OpenAI's Responses, against a server that refuses what the real one refuses of a request that keeps nothing. */

let vendor: ScriptedProvider
let front: Front
beforeEach(async () => {
  vendor = await startScriptedProvider()
  front = await startFront('responses', vendor.baseUrl)
})
afterEach(async () => {
  await front.close()
  await vendor.close()
})

const open = (handle = 'openai/gpt-5') =>
  registryFrom({
    OPENAI_API_KEY: 'sk-test-1234567890',
    OPENAI_BASE_URL: front.baseUrl,
    RECOLLECT_OPENAI_API: 'responses',
  }).resolve(handle)

const TOOLS = [tool('look', { at: TEXT })]
const HELLO: readonly ModelMessage[] = [
  { role: 'system', text: 'You are Ada.' },
  { role: 'user', text: 'What is there?' },
]
const thinks = callTool('look', { at: 'door' }, { reasoning: 'Where is the door?' })
const lastBody = () => front.requests.at(-1)?.body ?? {}

/** The answer as the loop keeps it, and the results of its calls. */
async function afterAnswer(model: ChatModel): Promise<readonly ModelMessage[]> {
  const answer = await answerOf(model, request(HELLO, { tools: TOOLS, reasoning: 'medium' }))
  const { text, reasoning, toolCalls, extras } = answer
  const calls = toolCalls.map((call) => ({ ...call, id: newId('call') }))
  return [
    ...HELLO,
    { role: 'assistant', text, reasoning, toolCalls: calls, ...(extras && { extras }) },
    ...calls.map(({ id }) => ({ role: 'tool' as const, callId: id, text: 'A door.' })),
  ]
}

describe('a model of OpenAI', () => {
  const [openai] = PROVIDERS
  const endpoint = { baseUrl: 'https://api.openai.com/v1', key: 'k', isConfigured: true }

  it.each([
    ['gpt-4.1-mini', 'chat'],
    ['gpt-5-chat-latest', 'chat'],
    ['o4-mini', 'responses'],
    ['gpt-5.2', 'responses'],
  ])('%s is asked by %s', (model, api) => {
    expect(openai && chooseApi(openai, endpoint, model).api).toBe(api)
    const elsewhere = { ...endpoint, baseUrl: 'http://127.0.0.1:1/v1' }
    expect(openai && chooseApi(openai, elsewhere, model).api).toBe('chat')
    expect(openai && chooseApi(openai, { ...elsewhere, api: 'responses' }, model).api).toBe(
      'responses',
    )
  })
})

describe('reasoning', () => {
  it('is sent back encrypted, before its call, and the vendor stores nothing', async () => {
    vendor.enqueue(thinks, say('A door.'))
    const model = await open()
    const said = await afterAnswer(model)
    expect(said[2]).toMatchObject({ reasoning: 'Where is the door?' })
    await answerOf(model, request(said, { tools: TOOLS, reasoning: 'medium' }))
    expect(lastBody()).toMatchObject({
      instructions: 'You are Ada.',
      store: false,
      reasoning: { effort: 'medium', summary: 'auto' },
      input: [
        { type: 'message', role: 'user' },
        { type: 'reasoning', encrypted_content: expect.any(String) },
        { type: 'function_call', name: 'look', call_id: 'call_00000002' },
        { type: 'function_call_output', call_id: 'call_00000002', output: 'A door.' },
      ],
    })
    expect(front.refusals).toEqual([])
  })

  it('goes to no other model', async () => {
    vendor.enqueue(thinks, say('A door.'))
    const said = await afterAnswer(await open())
    await answerOf(await open('openai/gpt-4.1'), request(said, { tools: TOOLS }))
    const types = lastBody().input.map(({ type }: { type: string }) => type)
    expect(types).toEqual(['message', 'function_call', 'function_call_output'])
  })

  it('that is no longer accepted is left out for that request only', async () => {
    vendor.enqueue(thinks, say('A door.'))
    const model = await open()
    const said = await afterAnswer(model)
    const forged = JSON.parse(
      JSON.stringify(said).replace('"encrypted_content":"', '"encrypted_content":"x'),
    )
    // A call that was made after reasoning wants it back, so it is given the id of another.
    const calls = JSON.parse(JSON.stringify(forged).replace('call_00000002', 'call_other'))
    const answer = await answerOf(model, request(calls, { tools: TOOLS }))
    expect(answer.text).toBe('A door.')
    expect(front.refusals).toHaveLength(1)
  })
})

describe('an answer', () => {
  it('streams its text, its reasoning and its calls while it comes', async () => {
    vendor.enqueue(callTool('look', { at: 'the door' }, { reasoning: 'I wonder.', text: 'Wait.' }))
    const seen = { text: '', reasoning: '', tool_call: '' }
    const model = await open()
    const result = await model.call(request(HELLO, { tools: TOOLS }), {
      signal: new AbortController().signal,
      onDelta: (delta) => {
        seen[delta.kind] += delta.kind === 'tool_call' ? delta.arguments : delta.text
      },
    })
    expect(seen).toMatchObject({ text: 'Wait.', reasoning: 'I wonder.' })
    expect(JSON.parse(seen.tool_call)).toEqual({ at: 'the door' })
    expect(result).toMatchObject({
      kind: 'answer',
      answer: { text: 'Wait.', reasoning: 'I wonder.', toolCalls: [{ name: 'look' }] },
    })
    expect(lastBody()).toMatchObject({ stream: true })
  })

  it.each([
    ['no response', '{"choices":[]}', 'invalid_answer'],
    [
      'a failure',
      '{"status":"failed","output":[],"error":{"code":"server_error","message":"Oh"}}',
      'unreachable',
    ],
    [
      'a limit',
      '{"status":"failed","output":[],"error":{"code":"rate_limit_exceeded","message":"Oh"}}',
      'rate_limited',
    ],
  ] as const)('that is %s is one, although it came with status 200', async (_, body, reason) => {
    vendor.enqueue(raw({ body }))
    expect((await failureOf(await open(), request(HELLO))).reason).toBe(reason)
  })

  it('counts cached input and reasoning', async () => {
    const said = [{ type: 'message', content: [{ type: 'output_text', text: 'Hi.' }] }]
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 15 },
      total_tokens: 120,
    }
    vendor.enqueue(raw({ body: JSON.stringify({ status: 'completed', output: said, usage }) }))
    expect((await answerOf(await open(), request(HELLO))).usage).toEqual({
      promptTokens: 100,
      completionTokens: 20,
      totalTokens: 120,
      cachedTokens: 60,
      reasoningTokens: 15,
    })
  })
})
