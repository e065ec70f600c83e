import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunks, DONE, message, speak } from './answers.ts'
import { FORMATS, startWorld, type World } from './world.ts'

/* Extra fields of a provider's answer go back to the model that wrote them, and to no other. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Noted.')))

const SIGNATURE = { google: { thought_signature: 'c2lnbmVk' } }
const DETAILS = [
  { type: 'reasoning.text', text: 'I keep it.', signature: 'sig-1', format: 'x-v1', index: 0 },
  { type: 'reasoning.encrypted', data: 'AAAA', id: 'rs_1', index: 1 },
]
const signed = (more: object = {}) =>
  message({
    reasoning_details: DETAILS,
    vendor_state: { cursor: 7 },
    tool_calls: [
      {
        id: 'opaque::id/with+signature=',
        type: 'function',
        extra_content: SIGNATURE,
        function: {
          name: 'core_memory_append',
          arguments: JSON.stringify({ label: 'human', content: 'Tea.', request_heartbeat: true }),
          provider_specific_fields: { note: 'kept' },
        },
        ...more,
      },
    ],
  })

function sentAnswers(): readonly Record<string, unknown>[] {
  const sent: readonly object[] = world.vendor.lastMessages()
  return sent
    .map((one) => ({ ...one }) as Record<string, unknown>)
    .filter(({ tool_calls }) => Array.isArray(tool_calls))
}

const SENT_BACK = {
  reasoning_details: DETAILS,
  vendor_state: { cursor: 7 },
  tool_calls: [
    {
      id: 'opaque::id/with+signature=',
      extra_content: SIGNATURE,
      function: { name: 'core_memory_append', provider_specific_fields: { note: 'kept' } },
    },
  ],
}

describe.each(FORMATS)('extras of an answer that came as %s', (_format, model) => {
  it('go back unchanged at every later step and turn', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(signed())
    expect((await world.send(agent)).data.status).toBe('completed')
    expect(sentAnswers()[0]).toMatchObject(SENT_BACK)
    await world.send(agent, 'And now?')
    expect(sentAnswers()[0]).toMatchObject(SENT_BACK)
  })

  it('are not sent to another model, and return for their own', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(signed())
    await world.send(agent)
    await world.client.call('update_agent', { agent, model: `${model}-other` })
    await world.send(agent, 'And now?')
    const other = JSON.stringify(world.vendor.lastMessages())
    for (const part of ['reasoning_details', 'vendor_state', 'extra_content', 'opaque::id']) {
      expect(other).not.toContain(part)
    }
    await world.client.call('update_agent', { agent, model })
    await world.send(agent, 'And now?')
    expect(sentAnswers()[0]).toMatchObject(SENT_BACK)
  })

  it('never change who said what', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(signed({ name: 'other_name', role: 'system' }))
    await world.send(agent)
    expect(sentAnswers()[0]).toMatchObject({ role: 'assistant' })
  })
})

it('reasoning details that stream in pieces are put together', async () => {
  const agent = await world.createAgent('lmstudio/scripted', { agent_type: 'letta_v1_agent' })
  const detail = (fields: object) => ({
    delta: { reasoning_details: [{ type: 'reasoning.text', index: 0, ...fields }] },
  })
  world.vendor.enqueue(
    chunks(
      detail({ text: 'I ', format: 'x-v1' }),
      detail({ text: 'see.', format: 'x-v1' }),
      detail({ signature: 'sig-2' }),
      { delta: { content: 'Hello.' } },
      { delta: {}, finish_reason: 'stop' },
      DONE,
    ),
  )
  await world.send(agent)
  await world.send(agent, 'And now?')
  const [, , answered] = world.vendor.lastMessages()
  expect(answered).toMatchObject({
    content: 'Hello.',
    reasoning_details: [
      { type: 'reasoning.text', index: 0, text: 'I see.', format: 'x-v1', signature: 'sig-2' },
    ],
  })
})
