import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, type ScriptedProvider, say } from '../support/scripted-provider.ts'
import { type Ask, eventsIn } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
let provider: ScriptedProvider
let ask: Ask

beforeAll(async () => {
  rest = await startRestWorld()
  ;({ provider, ask } = rest)
}, 60_000)
afterAll(() => rest.close())

const CHAT = '/openai/v1/chat/completions'

async function agentNamed(name: string): Promise<string> {
  return (await ask('POST', '/v1/agents/', { name })).json.id
}

async function userTexts(id: string): Promise<readonly string[]> {
  const { json: all } = await ask('GET', `/v1/conversations?agent_id=${id}&order=asc`)
  const lists = await Promise.all(
    all.map(
      async (one: { id: string }) =>
        (await ask('GET', `/v1/conversations/${one.id}/messages`)).json,
    ),
  )
  return lists
    .flat()
    .filter((message) => message.message_type === 'user_message')
    .map((message) => message.content)
}

test('agents are the models, and one that is not there is refused as OpenAI does', async () => {
  await agentNamed('Bob')
  const { json } = await ask('GET', '/openai/v1/models')
  expect(json.data.map((model: { id: string }) => model.id)).toContain('Bob')
  const messages = [{ role: 'user', content: 'x' }]
  const missing = await ask('POST', CHAT, { model: 'nobody', messages })
  expect(missing.status).toBe(404)
  expect(missing.json.error).toMatchObject({ type: 'invalid_request_error' })
  expect(missing.json.error.message).toMatch(/"nobody".*GET \/openai\/v1\/models/)
})

test('a transcript that is sent whole each time is one conversation, and nothing is stored twice', async () => {
  const id = await agentNamed('Ten turns')
  const transcript: { role: string; content: string }[] = [
    { role: 'system', content: 'You are a frontend of some kind.' },
  ]
  for (let turn = 1; turn <= 10; turn += 1) {
    transcript.push({ role: 'user', content: `question ${turn}` })
    provider.enqueue(say(`answer ${turn}`))
    const { json } = await ask('POST', CHAT, { model: id, messages: transcript })
    expect(json.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: `answer ${turn}` },
    })
    expect(json.usage.total_tokens).toBeGreaterThan(0)
    transcript.push(json.choices[0].message)
  }
  const questions = Array.from({ length: 10 }, (_, index) => `question ${index + 1}`)
  expect(await userTexts(id)).toEqual(questions)
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toHaveLength(1)
})

test('a transcript that diverges becomes a conversation of its own, with all that came before', async () => {
  const id = await agentNamed('Diverging')
  const first = { role: 'user', content: 'first' }
  provider.enqueue(say('one'), say('two'), say('another two'))
  await ask('POST', CHAT, { model: id, messages: [first] })
  const before = [first, { role: 'assistant', content: 'one' }]
  const go = (content: string) =>
    ask('POST', CHAT, { model: id, messages: [...before, { role: 'user', content }] })
  await go('second')
  await go('second, said otherwise')
  const sent = provider.requests
    .at(-1)
    ?.body.messages.map((one: { content: string }) => one.content)
  expect(JSON.stringify(sent)).toContain('first')
  expect(JSON.stringify(sent)).not.toContain('two')
  expect(await userTexts(id)).toEqual(['first', 'second', 'first', 'second, said otherwise'])
})

test('a chat that gets its name later begins with what was said before, and no name is none', async () => {
  const id = await agentNamed('Named late')
  provider.enqueue(say('one'), say('two'), say('three'), say('four'))
  const messages = [{ role: 'user', content: 'First' }]
  const send = async (chat: string) => {
    const headers = { 'x-librechat-conversation-id': chat }
    const { json } = await ask('POST', CHAT, { model: 'Named late', messages }, headers)
    messages.push(json.choices[0].message, { role: 'user', content: `After ${chat}` })
  }
  await send('')
  expect(await userTexts(id)).toEqual(['First'])
  await send('{{LIBRECHAT_BODY_CONVERSATIONID}}')
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toHaveLength(1)
  await send('chat-7')
  const seen = JSON.stringify(provider.requests.at(-1)?.body.messages)
  for (const text of ['First', 'one', 'two', 'After {{']) expect(seen).toContain(text)
  await send('chat-7')
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toHaveLength(2)
  expect((await userTexts(id)).filter((text) => text === 'After chat-7')).toHaveLength(1)
  // Another chat without a name is not the first one.
  messages.splice(0, messages.length, { role: 'user', content: 'First' })
  provider.enqueue(say('five'))
  await send('')
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toHaveLength(3)
})

test('a header names the conversation, whatever the transcript', async () => {
  const id = await agentNamed('By header')
  provider.enqueue(say('a'), say('b'))
  const header = { 'x-openwebui-chat-id': 'chat-1' }
  for (const content of ['one', 'two']) {
    await ask('POST', CHAT, { model: id, messages: [{ role: 'user', content }] }, header)
  }
  expect(await userTexts(id)).toEqual(['one', 'two'])
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toHaveLength(1)
})

test('words are streamed, with the usage if it is asked for', async () => {
  const id = await agentNamed('Streaming')
  provider.enqueue(callTool('conversation_search', { query: 'x' }), say('streamed words'))
  const { text } = await ask('POST', CHAT, {
    model: id,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'hello' }],
  })
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  const chunks = eventsIn(text)
  const words = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  expect(words).toBe('streamed words')
  expect(chunks.at(-2).choices[0].finish_reason).toBe('stop')
  expect(chunks.at(-1).usage.total_tokens).toBeGreaterThan(0)
})

test("the caller's tools are called by the caller", async () => {
  const id = await agentNamed('With tools')
  provider.enqueue(callTool('weather', { city: 'Oslo' }), say('It snows.'))
  const tools = [{ type: 'function', function: { name: 'weather', parameters: {} } }]
  const messages: object[] = [{ role: 'user', content: 'Weather in Oslo?' }]
  const first = await ask('POST', CHAT, { model: id, tools, messages })
  const [choice] = first.json.choices
  expect(choice.finish_reason).toBe('tool_calls')
  const [call] = choice.message.tool_calls
  expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Oslo' })
  messages.push(choice.message, { role: 'tool', tool_call_id: call.id, content: 'snow' })
  const second = await ask('POST', CHAT, { model: id, tools, messages })
  expect(second.json.choices[0].message.content).toBe('It snows.')
  expect(await userTexts(id)).toEqual(['Weather in Oslo?'])
})

test('requests for titles are answered by the model, and the agent never learns of them', async () => {
  const id = await agentNamed('Titles')
  provider.enqueue(say('{"title": "Hi"}'), say('By name'), say('By header'))
  const content =
    '### Task:\nGenerate a concise title.\n### Chat History:\n<chat_history>\nUSER: hi\n</chat_history>'
  const { json } = await ask('POST', CHAT, { model: id, messages: [{ role: 'user', content }] })
  expect(json.choices[0].message.content).toBe('{"title": "Hi"}')
  const plain = [{ role: 'user', content: 'What is this about?' }]
  const named = await ask('POST', CHAT, { model: `${id}:side`, messages: plain })
  expect(named.json.choices[0].message.content).toBe('By name')
  const header = { 'x-recollect-side-request': 'true' }
  const marked = await ask('POST', CHAT, { model: id, messages: plain }, header)
  expect(marked.json.choices[0].message.content).toBe('By header')
  expect((await ask('GET', `/v1/conversations?agent_id=${id}`)).json).toEqual([])
  expect((await ask('GET', `/v1/agents/${id}/messages`)).json).toEqual([])
})
