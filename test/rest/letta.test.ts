import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, delay, fail, type ScriptedProvider, say } from '../support/scripted-provider.ts'
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

async function agent(fields: object = {}) {
  const blocks = [{ label: 'human', value: 'Nothing known yet.' }]
  const made = await ask('POST', '/v1/agents/', { memory_blocks: blocks, ...fields })
  expect(made.status).toBe(200)
  return made.json
}

const user = (content: string) => ({ messages: [{ role: 'user', content }] })
const typesOf = (messages: readonly { readonly message_type: string }[]) =>
  messages.map(({ message_type }) => message_type)

test("an agent is created with Letta's defaults, and keeps what Letta's clients keep with it", async () => {
  const made = await agent({
    name: 'Otto',
    model: 'zai/glm-5',
    embedding: 'nobody/knows-this',
    tags: null,
    metadata: { a: { b: [1] } },
    timezone: 'Europe/Berlin',
    secrets: { KEY: 'hush' },
    memory_blocks: [{ label: 'system/persona', value: 'p', read_only: true, limit: 77 }],
    some_field_of_next_year: 1,
  })
  expect(made).toMatchObject({
    name: 'Otto',
    agent_type: 'letta_v1_agent',
    model: 'zai/glm-5',
    tags: [],
    metadata: { a: { b: [1] } },
    timezone: 'Europe/Berlin',
    sources: [],
    blocks: [{ label: 'system/persona', value: 'p', read_only: true, limit: 77 }],
    llm_config: { model: 'glm-5', handle: 'zai/glm-5' },
  })
  expect(made.secrets).toMatchObject([{ key: 'KEY', value: '' }])
  const label = await ask('GET', `/v1/agents/${made.id}/core-memory/blocks/system%2Fpersona`)
  expect(label.json.value).toBe('p')
  const { json: page } = await ask('GET', '/v1/agents?name=Otto')
  expect(page.map(({ id }: { id: string }) => id)).toEqual([made.id])
})

test('a turn answers with its messages, its stop reason and its usage', async () => {
  const { id } = await agent()
  provider.enqueue(
    callTool('memory_replace', {
      label: 'human',
      old_string: 'Nothing known yet.',
      new_string: 'Name: Mia',
    }),
    say('Hello Mia.'),
  )
  const { status, json } = await ask('POST', `/v1/agents/${id}/messages`, user('I am Mia'))
  expect(status).toBe(200)
  expect(typesOf(json.messages)).toEqual([
    'tool_call_message',
    'tool_return_message',
    'assistant_message',
  ])
  const [call, back, reply] = json.messages
  expect(call.tool_call).toMatchObject({ name: 'memory_replace' })
  expect(back).toMatchObject({ tool_call_id: call.tool_call.tool_call_id, status: 'success' })
  expect(reply.content).toBe('Hello Mia.')
  expect(call.step_id).not.toBe(reply.step_id)
  expect(json.stop_reason.stop_reason).toBe('end_turn')
  expect(json.usage.step_count).toBe(2)
  const { json: list } = await ask('GET', `/v1/agents/${id}/messages`)
  expect(typesOf(list)).toEqual(['user_message', ...typesOf(json.messages)])
  const { json: older } = await ask('GET', `/v1/agents/${id}/messages?before=${reply.id}`)
  expect(typesOf(older)).toEqual(['user_message', 'tool_call_message', 'tool_return_message'])
})

test('several messages with roles begin one turn', async () => {
  const { id } = await agent()
  provider.enqueue(say('both'))
  const messages = [
    { role: 'system', content: 'The user logged in.' },
    { role: 'user', content: [{ type: 'text', text: 'one' }] },
    { role: 'user', content: 'two' },
  ]
  expect((await ask('POST', `/v1/agents/${id}/messages`, { messages })).status).toBe(200)
  const { json } = await ask('GET', `/v1/agents/${id}/messages`)
  expect(json.map((one: { content: string }) => one.content)).toEqual([
    'The user logged in.',
    'one',
    'two',
    'both',
  ])
})

test('a stream brings tokens under the id of the message that is kept, and can be taken up again', async () => {
  const { id } = await agent()
  provider.enqueue(callTool('conversation_search', { query: 'x' }), say('a [DONE] answer'))
  const { text, headers } = await ask('POST', `/v1/agents/${id}/messages`, {
    ...user('hello'),
    streaming: true,
    stream_tokens: true,
    background: true,
  })
  expect(headers.get('content-type')).toContain('text/event-stream')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  expect(text.indexOf('[DONE]')).toBe(text.length - '[DONE]\n\n'.length)
  const events = eventsIn(text)
  const said = events.filter((event) => event.message_type === 'assistant_message')
  expect(said.map(({ content }) => content).join('')).toBe('a [DONE] answer')
  const { json: list } = await ask('GET', `/v1/agents/${id}/messages`)
  expect(said[0].id).toBe(list.at(-1).id)
  expect(typesOf(events).slice(-2)).toEqual(['stop_reason', 'usage_statistics'])
  const call = events.find((event) => event.message_type === 'tool_call_message')
  const back = events.find((event) => event.message_type === 'tool_return_message')
  expect(back.tool_call_id).toBe(call.tool_call.tool_call_id)
  const numbers = events.map(({ seq_id }) => seq_id)
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
  const rest = await ask('POST', `/v1/runs/${call.run_id}/stream`, { starting_after: back.seq_id })
  expect(typesOf(eventsIn(rest.text))).toEqual([
    'assistant_message',
    'stop_reason',
    'usage_statistics',
  ])
})

test('a model that fails is an error that the client does not repeat, and the message stays', async () => {
  const { id } = await agent()
  provider.enqueue(fail(401, 'no such key'))
  const { status, headers, json } = await ask('POST', `/v1/agents/${id}/messages`, user('hello'))
  expect(status).toBe(502)
  expect(headers.get('x-should-retry')).toBe('false')
  expect(json.detail).toEqual(expect.any(String))
  const { json: list } = await ask('GET', `/v1/agents/${id}/messages`)
  expect(typesOf(list)).toEqual(['user_message'])
})

test('a request that its client sends again joins its run, and one otid is one message', async () => {
  const { id } = await agent()
  provider.enqueue(delay(300, say('late')), say('once'))
  const again = { 'x-stainless-retry-count': '1' }
  const answers = [ask('POST', `/v1/agents/${id}/messages`, user('hello'))]
  await expect
    .poll(async () => (await ask('GET', `/v1/runs?agent_id=${id}`)).json.length, {
      timeout: 10_000,
    })
    .toBe(1)
  answers.push(ask('POST', `/v1/agents/${id}/messages`, user('hello'), again))
  const [first, second] = await Promise.all(answers)
  expect(second?.json.messages).toEqual(first?.json.messages)
  const named = { messages: [{ role: 'user', content: 'x', otid: 'o-1' }] }
  const third = await ask('POST', `/v1/agents/${id}/messages`, named)
  const fourth = await ask('POST', `/v1/agents/${id}/messages`, named)
  expect(fourth.json.messages).toEqual(third.json.messages)
  expect((await ask('GET', `/v1/runs?agent_id=${id}`)).json).toHaveLength(2)
})

test('a tool of the client waits for its result, and other messages wait for that', async () => {
  const { id } = await agent()
  provider.enqueue(callTool('look_outside', { where: 'north' }), say('it rains'))
  const client_tools = [{ name: 'look_outside', description: 'Looks', parameters: {} }]
  const path = `/v1/agents/${id}/messages`
  const { json } = await ask('POST', path, { ...user('weather?'), client_tools })
  expect(json.stop_reason.stop_reason).toBe('requires_approval')
  const request = json.messages.at(-1)
  expect(request.message_type).toBe('approval_request_message')
  const meanwhile = await ask('POST', path, user('and?'))
  expect(meanwhile.status).toBe(409)
  expect(meanwhile.json.detail.code).toBe('PENDING_APPROVAL')
  expect(meanwhile.headers.get('x-should-retry')).toBe('false')
  const { tool_call_id } = request.tool_call
  const answer = (callId: string) => ({
    messages: [
      {
        type: 'approval',
        approvals: [{ type: 'tool', tool_call_id: callId, tool_return: 'rain', status: 'success' }],
      },
    ],
  })
  expect((await ask('POST', path, answer('call_none'))).status).toBe(400)
  const done = await ask('POST', path, answer(tool_call_id))
  expect(done.json.messages.at(-1).content).toBe('it rains')
  const asked = provider.requests.at(-1)?.body.messages
  expect(JSON.stringify(asked)).toContain('rain')
})

test('conversations have histories of their own, and a fork goes on from one', async () => {
  const { id } = await agent()
  const make = async () => (await ask('POST', `/v1/conversations/?agent_id=${id}`, {})).json.id
  const [one, other] = [await make(), await make()]
  provider.enqueue(say('said in one'), say('said in the fork'))
  const body = { ...user('hello'), streaming: false }
  await ask('POST', `/v1/conversations/${one}/messages`, body)
  const fork = (await ask('POST', `/v1/conversations/${one}/fork`)).json.id
  await ask('POST', `/v1/conversations/${fork}/messages`, body)
  const said = async (path: string) =>
    (await ask('GET', `${path}/messages`)).json
      .filter((message: { message_type: string }) => message.message_type === 'assistant_message')
      .map((message: { content: string }) => message.content)
  expect(await said(`/v1/conversations/${one}`)).toEqual(['said in one'])
  expect(await said(`/v1/conversations/${fork}`)).toEqual(['said in one', 'said in the fork'])
  expect(await said(`/v1/conversations/${other}`)).toEqual([])
  expect(await said(`/v1/agents/${id}`)).toEqual([])
})

test('a page of another origin may not write, nor send files', async () => {
  const evil = { origin: 'https://evil.example' }
  expect((await ask('POST', '/v1/agents/', {}, evil)).status).toBe(403)
  const text = { 'content-type': 'text/plain' }
  expect((await ask('POST', '/v1/agents/', {}, text)).status).toBe(415)
})
