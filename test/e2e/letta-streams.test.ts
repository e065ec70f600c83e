import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askAt, eventsIn } from '../rest/requests.ts'
import { startServe } from '../support/connect.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/* Streams of Letta's REST while the model takes its time, and when the server dies in the middle of one. */

const WORDS = ['One ', 'word ', 'after ', 'the ', 'other.']
/** Awaited after each word of the model, with its place. */
let hold: (place: number) => Promise<void>
let model: ReturnType<typeof createServer>
let baseUrl: string

beforeAll(async () => {
  model = createServer(async (request, response) => {
    for await (const _ of request) {
      // Read to its end.
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'scripted' }
    const send = (delta: object, finish_reason: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] })}\n\n`,
      )
    for (const [place, content] of WORDS.entries()) {
      send({ role: 'assistant', content })
      await hold(place)
    }
    send({}, 'stop')
    response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((listening) => model.listen(0, '127.0.0.1', listening))
  baseUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`
})
afterAll(() => {
  model.closeAllConnections()
  model.close()
  removeHomes()
})

const turn = {
  messages: [{ role: 'user', content: 'Tell me' }],
  streaming: true,
  stream_tokens: true,
  background: true,
}

const wordsIn = (events: readonly { readonly message_type: string; readonly content?: string }[]) =>
  events.flatMap((event) =>
    event.message_type === 'assistant_message' ? [event.content ?? ''] : [],
  )

it('tokens come while the model still writes, in twenty streams at once', async () => {
  const reading = { streams: 0 }
  let goOn = () => {}
  const allRead = new Promise<void>((resolve) => {
    goOn = resolve
  })
  // The model says no second word before every reader has the first.
  hold = async (place) => (place === 0 ? allRead : undefined)
  const settings = { ...withModel(newHome(), { baseUrl }), RECOLLECT_CONCURRENT_RUNS: '20' }
  const serving = await startServe(settings)
  const ask = askAt(serving.url)
  const { origin } = new URL(serving.url)
  const streams = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const { json } = await ask('POST', '/v1/agents/', {})
      const response = await fetch(`${origin}/v1/agents/${json.id}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(turn),
      })
      let text = ''
      let hasFirst = false
      const decoder = new TextDecoder()
      for await (const part of response.body ?? []) {
        text += decoder.decode(part)
        if (hasFirst || !text.includes('One ')) continue
        hasFirst = true
        reading.streams += 1
        if (reading.streams === 20) goOn()
      }
      return eventsIn(text)
    }),
  )
  for (const events of streams) {
    const words = wordsIn(events)
    expect(words.length).toBeGreaterThanOrEqual(3)
    expect(words.join('')).toBe(WORDS.join(''))
  }
  await serving.stop()
}, 60_000)

it('a stream whose server is killed goes on at another one, and nothing is said or stored twice', async () => {
  let answers = 0
  hold = async (place) => {
    if (place === 0) answers += 1
    // The first answer never ends.
    if (place === 1 && answers === 1) await new Promise(() => {})
  }
  const environment = { ...withModel(newHome(), { baseUrl }), RECOLLECT_LEASE_SECONDS: '2' }
  const serving = await startServe(environment)
  const { json: agent } = await askAt(serving.url)('POST', '/v1/agents/', {})
  const response = await fetch(`${new URL(serving.url).origin}/v1/agents/${agent.id}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(turn),
  })
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const part of response.body ?? []) {
      text += decoder.decode(part)
      if (text.includes('word ')) serving.process.kill('SIGKILL')
    }
  } catch {
    // The connection broke.
  }
  const before = eventsIn(text.slice(0, text.lastIndexOf('\n\n') + 2))
  const last = before.findLast(({ seq_id }) => typeof seq_id === 'number')
  const other = await startServe(environment)
  const rest = await askAt(other.url)('POST', `/v1/runs/${last.run_id}/stream`, {
    starting_after: last.seq_id,
  })
  const after = eventsIn(rest.text)
  expect(wordsIn(after)).toEqual([WORDS.join('')])
  expect(after.map(({ message_type }) => message_type).slice(-2)).toEqual([
    'stop_reason',
    'usage_statistics',
  ])
  const { json: messages } = await askAt(other.url)('GET', `/v1/agents/${agent.id}/messages`)
  expect(messages.map((one: { message_type: string }) => one.message_type)).toEqual([
    'user_message',
    'assistant_message',
  ])
  await other.stop()
}, 60_000)
