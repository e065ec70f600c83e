import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiSettings } from '../support/wires/wire-of-tests.ts'
import {
  body,
  call,
  chunks,
  DONE,
  endless,
  message,
  refuse,
  resetMidway,
  speak,
} from './answers.ts'
import { FAULTS } from './transport-faults.ts'
import { startVendor } from './vendor.ts'
import { expectFailure, FORMATS, KEY, startWorld, type World } from './world.ts'

/* Faults of a provider or the network instead of an answer. Timers have a file of their own. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Here I am.')))

describe.each(FORMATS)('of a provider that answers with %s', (_format, model) => {
  it.each(FAULTS)('$fault fails the run, and nothing is lost', async ({ answer, ...expected }) => {
    const agent = await world.createAgent(model)
    world.vendor.always(answer)
    await expectFailure(world, agent, expected)
  })

  it.each(FAULTS.filter(({ requests }) => requests > 1))(
    '$fault is invisible if it is temporary',
    async ({ answer }) => {
      const agent = await world.createAgent(model)
      const before = world.vendor.requests.length
      world.vendor.enqueue(answer)
      const { data } = await world.send(agent)
      expect(data).toMatchObject({ status: 'completed', reply: 'Here I am.', warnings: [] })
      expect(world.vendor.requests.length - before).toBe(2)
    },
  )

  it("a fault after a step keeps the step's work, done once", async () => {
    const agent = await world.createAgent(model, { human: '' })
    const edit = { label: 'human', content: 'Tea.', request_heartbeat: true }
    world.vendor.always(refuse(500))
    world.vendor.enqueue(call('core_memory_append', edit))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
    expect(data.messages.map(({ type }: { type: string }) => type)).toEqual([
      'user_message',
      'tool_call_message',
      'tool_return_message',
    ])
    world.vendor.always(speak('On again.'))
    expect((await world.send(agent, 'And now?')).data.reply).toBe('On again.')
    expect(await world.human(agent)).toBe('Tea.')
  })

  it('a retry sends the same bytes', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(refuse(500), resetMidway)
    await world.send(agent)
    const [one, two, three] = world.vendor.requests.slice(-3)
    expect(two?.body).toEqual(one?.body)
    expect(three?.body).toEqual(one?.body)
  })

  it.each([301, 302, 303, 307, 308])('a redirect (%d) is never followed', async (status) => {
    const reached: string[] = []
    const elsewhere = createServer((request, response) => {
      reached.push(request.url ?? '')
      response.end('{}')
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const address = elsewhere.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const agent = await world.createAgent(model)
    world.vendor.always(refuse(status, '', { location: `http://127.0.0.1:${port}/v1` }))
    await expectFailure(world, agent, { error: /redirect.*_BASE_URL/, requests: 1 })
    expect(reached).toEqual([])
    await new Promise((resolve) => elsewhere.close(resolve))
  })
})

describe('the other format than the one asked for', () => {
  it('is read: JSON instead of a stream', async () => {
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(
      body('{"choices":[{"message":{"content":"As JSON."},"finish_reason":"stop"}]}'),
    )
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'As JSON.' })
  })

  it('is read: a stream instead of JSON', async () => {
    const agent = await world.createAgent('openai/scripted')
    world.vendor.enqueue(
      chunks({ delta: { content: 'As a ' } }, { delta: { content: 'stream.' } }, DONE),
    )
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'completed', reply: 'As a stream.' })
  })
})

describe('a finish reason', () => {
  it('may be missing from JSON that is complete', async () => {
    const agent = await world.createAgent('openai/scripted')
    world.vendor.enqueue(message({ content: 'Whole.' }, { finish: null }))
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', reply: 'Whole.' })
  })
})

describe('a server where nobody listens', () => {
  it.each([
    ['JSON', 'XAI', 'xai/scripted', /Check the network connection and XAI_BASE_URL/],
    ['a stream', 'VLLM', 'vllm/scripted', /Is vLLM running\?/],
  ])('fails the run and says where it was looked for (%s)', async (_, prefix, model, hint) => {
    const gone = await startVendor(speak('Never.'))
    const settings = {
      [`${prefix}_API_KEY`]: KEY,
      [`${prefix}_BASE_URL`]: gone.baseUrl,
      ...apiSettings([prefix]),
    }
    const other = await startWorld({}, settings)
    // Not before, or another server could be given its port.
    await gone.close()
    const { data, isError } = await other.send(await other.createAgent(model))
    expect(isError).toBe(true)
    expect(data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
    expect(data.error.message).toContain(`${gone.baseUrl} failed (ECONNREFUSED)`)
    expect(data.error.hint).toMatch(hint)
    await other.close()
  })
})

it('an answer that does not end keeps the server serving', async () => {
  const agent = await world.createAgent('lmstudio/scripted')
  world.vendor.always(endless(17))
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 5)
  const { data } = await world.send(agent)
  clearInterval(timer)
  expect(data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
  expect(longest, 'milliseconds without a turn of the event loop').toBeLessThan(1_000)
})
