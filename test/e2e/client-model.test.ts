import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallResult, CLIENT_KINDS, type ServeProcess, startServe } from '../support/connect.ts'
import {
  type Asked,
  openSampling,
  type SamplingClient,
  twelveSteps,
  words,
} from '../support/sampling-client.ts'
import { newHome, removeHomes, withoutKey } from './support.ts'

/* Agents on the model of the client that calls, as each kind of client lends it. */

let serving: ServeProcess
beforeAll(async () => {
  serving = await startServe(withoutKey(newHome()))
})
afterAll(async () => {
  expect(await serving.stop()).toBe(0)
  expect(serving.errors()).not.toContain('"level":"error"')
  removeHomes()
})

const MATRIX = CLIENT_KINDS.flatMap((kind) =>
  (['stdio', 'http'] as const).map((transport) => [kind, transport] as const),
)

describe.each(MATRIX)('a %s client with a model, over %s', (kind, transport) => {
  let client: SamplingClient
  let failAt = 0
  let hangAt = 0
  let whenHanging = () => {}
  let letGo = () => {}
  const model = async (asked: Asked) => {
    if (client.asked.length === failAt) throw new Error('The person said no')
    if (client.asked.length === hangAt) {
      const held = new Promise<void>((resolve) => {
        letGo = resolve
      })
      whenHanging()
      await held
    }
    return twelveSteps(asked)
  }
  beforeAll(async () => {
    client = await openSampling({
      kind,
      target: transport === 'http' ? { url: serving.url } : { environment: withoutKey(newHome()) },
      sampling: { tools: {} },
      model,
    })
  })
  afterAll(() => client.close())

  it('drives a turn of twelve steps with eleven edits of memory, in two calls', async () => {
    const { data: created } = await client.call('create_agent', { model: 'client/sampling' })
    const agent = created.agent.id
    const message = { agent, message: 'Note the facts.', idempotency_key: 'facts' }
    const first = await client.call('send_message', message)
    expect(first.isError, first.text).toBe(false)
    expect(first.data).toMatchObject({ status: 'waiting', waiting_for: 'client', steps: 8 })
    expect(first.data.warnings.join(' ')).toContain('"facts"')
    const { data: seen } = await client.call('get_run', {
      run_id: first.data.run_id,
      wait_seconds: 1,
    })
    expect(seen).toMatchObject({ status: 'waiting', waiting_for: 'client', steps: 8 })
    expect(client.asked).toHaveLength(8)
    const second = await client.call('send_message', message)
    expect(second.data).toMatchObject({
      run_id: first.data.run_id,
      status: 'completed',
      stop_reason: 'end_turn',
      reply: 'All eleven facts are noted.',
      steps: 12,
    })
    expect(client.asked).toHaveLength(12)
    const { data: memory } = await client.call('read_memory', { agent, label: 'human' })
    const facts = memory.blocks[0].value.match(/Fact \d+\./g)
    expect(facts).toEqual(Array.from({ length: 11 }, (_, index) => `Fact ${index + 1}.`))
    const { data: told } = await client.call('search_conversation', { agent, roles: ['user'] })
    expect(told.messages).toHaveLength(1)
  })

  it('resumes where its model failed: nothing is lost, and nothing done twice', async () => {
    const { data: created } = await client.call('create_agent', { model: 'client/sampling' })
    const agent = created.agent.id
    const message = { agent, message: 'Note the facts.', idempotency_key: 'facts' }
    failAt = client.asked.length + 3
    const failed = await client.call('send_message', message).catch((error: unknown) => error)
    if (kind === 'v2-auto') {
      // Where it comes back by itself with the answer, it does not come back without.
      expect(String(failed)).toContain('The person said no')
    } else {
      expect(failed).toMatchObject({ data: { status: 'waiting', waiting_for: 'client', steps: 2 } })
      expect((failed as CallResult).data.warnings[0]).toContain('The person said no')
      expect((failed as CallResult).data.warnings.join(' ')).toContain('"facts"')
    }
    await client.call('send_message', message)
    const done = await client.call('send_message', message)
    expect(done.data).toMatchObject({ status: 'completed', steps: 12 })
    const { data: memory } = await client.call('read_memory', { agent, label: 'human' })
    expect(memory.blocks[0].value.match(/Fact \d+\./g)).toHaveLength(11)
  })

  it('resumes after leaving in the middle, without waiting for the earlier request', async () => {
    const { data: created } = await client.call('create_agent', { model: 'client/sampling' })
    const agent = created.agent.id
    const message = { agent, message: 'Note the facts.', idempotency_key: 'facts' }
    const leaving = new AbortController()
    hangAt = client.asked.length + 3
    const hangs = new Promise<void>((resolve) => {
      whenHanging = resolve
    })
    const left = client.call('send_message', message, leaving.signal)
    left.catch(() => undefined)
    await hangs
    // The other one does not leave before its own model has answered.
    if (kind !== 'v2-auto') {
      leaving.abort('I leave.')
      await expect(left).rejects.toThrow()
    }
    expect((await client.call('send_message', message)).data).toMatchObject({ steps: 10 })
    const done = await client.call('send_message', message)
    expect(done.data).toMatchObject({ status: 'completed', steps: 12 })
    letGo()
    if (kind === 'v2-auto') {
      expect((await left).data).toMatchObject({ status: 'completed', steps: 12 })
      expect((await left).data.warnings[0]).toContain('too late')
    }
    const { data: memory } = await client.call('read_memory', { agent, label: 'human' })
    expect(memory.blocks[0].value.match(/Fact \d+\./g)).toHaveLength(11)
  })
})

describe.each(CLIENT_KINDS)('a %s client whose model takes no tools', (kind) => {
  it('reads them in the prompt text, and calls them in its answer text', async () => {
    const client = await openSampling({
      kind,
      target: { url: serving.url },
      sampling: {},
      model: ({ systemPrompt, tools, toolChoice, messages }) => {
        expect([tools, toolChoice]).toEqual([undefined, undefined])
        expect(systemPrompt).toContain('{"name":"core_memory_append"')
        const said: readonly string[] = messages.map(({ content }: Asked) => content.text)
        return said.some((text) => text.includes('<tool_result name="core_memory_append">'))
          ? words(
              '<tool_call>{"name": "send_message", "arguments": {"message": "Noted."}}</tool_call>',
            )
          : words(
              'I note it.\n<tool_call>{"name": "core_memory_append", "arguments": {"label": "human", "content": "Tea.", "request_heartbeat": true}}</tool_call>',
            )
      },
    })
    const { data: created } = await client.call('create_agent', { human: '' })
    const agent = created.agent.id
    const { data } = await client.call('send_message', { agent, message: 'Note it.' })
    expect(data).toMatchObject({ status: 'completed', reply: 'Noted.', steps: 2 })
    const { data: memory } = await client.call('read_memory', { agent, label: 'human' })
    expect(memory.blocks[0].value).toBe('Tea.')
    expect(client.asked.at(-1).messages.map(({ role }: Asked) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ])
    await client.close()
  })
})

describe.each(CLIENT_KINDS)('a %s client without a model', (kind) => {
  it('is told the alternatives, and the message is not accepted', async () => {
    const client = await openSampling({ kind, target: { url: serving.url }, model: () => ({}) })
    const { data: created } = await client.call('create_agent', { model: 'client/sampling' })
    const agent = created.agent.id
    const refused = await client.call('send_message', { agent, message: 'Hello' })
    expect(refused).toMatchObject({ isError: true, data: { error: { code: 'model_unavailable' } } })
    expect(refused.text).toMatch(/sampling.*OPENAI_API_KEY.*Ollama.*offline\/rehearsal/)
    expect((await client.call('search_conversation', { agent })).data.messages).toEqual([])
    await client.close()
  })
})
