import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ScriptedProvider, say } from '../support/scripted-provider.ts'
import type { Ask } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
let provider: ScriptedProvider
let ask: Ask

beforeAll(async () => {
  rest = await startRestWorld()
  ;({ provider, ask } = rest)
}, 120_000)
afterAll(() => rest.close())

/** One pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const URL = `data:image/png;base64,${PNG}`

function picturesOf(body: unknown): number {
  return JSON.stringify(body).split(PNG).length - 1
}

test('a picture in a message of Letta reaches the model, and is listed without its bytes', async () => {
  const { json: agent } = await ask('POST', '/v1/agents/', {})
  provider.enqueue(say('A pixel.'))
  const source = { type: 'base64', media_type: 'image/png', data: PNG }
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image', source },
  ]
  const path = `/v1/agents/${agent.id}/messages`
  const { status } = await ask('POST', path, { messages: [{ role: 'user', content }] })
  expect(status).toBe(200)
  expect(picturesOf(provider.requests.at(-1)?.body)).toBe(1)
  const { json, text } = await ask('GET', path)
  expect(json[0].content).toMatchObject([{ text: 'What is this?' }, { type: 'image' }])
  expect(text).not.toContain(PNG)
  const broken = [{ type: 'image', source: { ...source, data: 'bm8gcGljdHVyZQ==' } }]
  const refused = await ask('POST', path, { messages: [{ role: 'user', content: broken }] })
  expect(refused.status).toBe(422)
})

test('a picture in a chat completion reaches the model once, though the transcript comes again', async () => {
  const { json: agent } = await ask('POST', '/v1/agents/', {})
  provider.enqueue(say('A pixel.'), say('Still a pixel.'))
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: URL } },
  ]
  const messages: object[] = [{ role: 'user', content }]
  const chat = () => ask('POST', '/openai/v1/chat/completions', { model: agent.id, messages })
  messages.push((await chat()).json.choices[0].message, { role: 'user', content: 'And now?' })
  expect((await chat()).json.choices[0].message.content).toBe('Still a pixel.')
  expect(picturesOf(provider.requests.at(-1)?.body)).toBe(1)
  expect((await ask('GET', `/v1/conversations?agent_id=${agent.id}`)).json).toHaveLength(1)
})
