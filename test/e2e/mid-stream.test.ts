import { once } from 'node:events'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callPieces, piecewise, speak } from '../faults/answers.ts'
import { startVendor, type Vendor } from '../faults/vendor.ts'
import { type Connection, connect, type Environment, startServe } from '../support/connect.ts'
import { type Front, startFront } from '../support/wires/front.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/* Words of the built program while the provider is still writing, and what is left of them after a SIGKILL. */

afterAll(removeHomes)

const PATIENCE = { timeout: 15_000 }

let vendor: Vendor
let front: Front | null = null
beforeEach(async () => {
  vendor = await startVendor(speak('Whole.'))
})
afterEach(async () => {
  expect(front?.refusals ?? []).toEqual([])
  await front?.close()
  front = null
  await vendor.close()
})

async function environmentOf(wire: 'chat' | 'messages' | 'responses'): Promise<Environment> {
  front = wire === 'chat' ? null : await startFront(wire, vendor.baseUrl)
  return {
    ...withModel(newHome(), { baseUrl: front?.baseUrl ?? vendor.baseUrl }),
    RECOLLECT_OPENAI_API: wire,
    RECOLLECT_TOOLSETS: 'core,admin',
    RECOLLECT_LEASE_SECONDS: '2',
  }
}

async function createAgent(client: Connection): Promise<string> {
  const { data, text } = await client.call('create_agent', { name: 'Ada' })
  expect(data.agent, text).toBeDefined()
  return data.agent.id
}

/** Sends a message to an agent; each word has to arrive before the provider writes the next. */
async function hearEachWord(client: Connection): Promise<void> {
  const agent = await createAgent(client)
  let heard = ''
  const expected = ['One, ', 'One, two, ', 'One, two, three.']
  const arrived = async (place: number) => {
    await expect.poll(() => heard, PATIENCE).toContain(expected[place] ?? '')
  }
  const pieces = ['{"message":"One, ', 'two, ', 'three."', '}']
  vendor.enqueue(piecewise(callPieces('send_message', pieces), arrived))
  const { data } = await client.call(
    'send_message',
    { agent, message: 'Count.', wait_seconds: 25 },
    { onProgress: ({ message = '' }) => (heard += message) },
  )
  expect(data).toMatchObject({ status: 'completed', reply: 'One, two, three.' })
}

describe.each(['chat', 'messages', 'responses'] as const)('over %s', (wire) => {
  it('words reach a client over stdio while the provider is still writing', async () => {
    const client = await connect('v2-auto', {
      kind: 'stdio',
      environment: await environmentOf(wire),
    })
    await hearEachWord(client)
    await client.close()
  })

  it('words reach a client over HTTP while the provider is still writing', async () => {
    const serving = await startServe(await environmentOf(wire))
    const client = await connect('v1', { kind: 'http', url: serving.url })
    await hearEachWord(client)
    await client.close()
    expect(await serving.stop()).toBe(0)
  })

  it('a SIGKILL in mid-stream leaves one whole answer after the restart', async () => {
    const environment = await environmentOf(wire)
    const doomed = await startServe(environment)
    const client = await connect('v2-auto', { kind: 'http', url: doomed.url })
    const agent = await createAgent(client)
    let heard = ''
    const never = new Promise(() => undefined)
    const pieces = ['{"message":"Half of the an']
    vendor.enqueue(piecewise(callPieces('send_message', pieces), () => never))
    const lost = client
      .call(
        'send_message',
        { agent, message: 'Tell me.', wait_seconds: 25 },
        { onProgress: ({ message = '' }) => (heard += message) },
      )
      .catch(() => undefined)
    await expect.poll(() => heard, PATIENCE).toContain('Half of the an')
    const died = once(doomed.process, 'exit')
    doomed.process.kill('SIGKILL')
    await died
    await client.close().catch(() => undefined)
    void lost

    const next = await startServe(environment)
    const again = await connect('v2-auto', { kind: 'http', url: next.url })
    const { runs } = (await again.call('list_runs', { agent })).data
    expect(runs).toHaveLength(1)
    const { data } = await again.call('get_run', {
      run_id: runs[0].run_id,
      wait_seconds: 25,
      include_steps: true,
    })
    expect(data).toMatchObject({ status: 'completed', reply: 'Whole.' })
    const answers = data.messages.filter(
      ({ type }: { type: string }) => type === 'assistant_message',
    )
    expect(answers).toHaveLength(1)
    const all = (
      await again.call('search_conversation', { agent, roles: ['user', 'assistant'], limit: 50 })
    ).data.messages
    expect(all.map(({ role, text }: { role: string; text: string }) => [role, text])).toEqual([
      ['assistant', 'Whole.'],
      ['user', 'Tell me.'],
    ])
    expect(vendor.requests).toHaveLength(2)
    await again.close()
    expect(await next.stop()).toBe(0)
  })
})
