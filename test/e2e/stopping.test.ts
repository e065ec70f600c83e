import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { connect, startServe } from '../support/connect.ts'
import {
  hang,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import {
  expectPureStdout,
  newHome,
  type RawServer,
  removeHomes,
  startRaw,
  withModel,
  withoutKey,
} from './support.ts'

/* However it is stopped, the program ends soon and with 0, and loses nothing. */

afterAll(removeHomes)

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider.close())

describe('stopping', () => {
  const LIMIT_MILLISECONDS = 5_000

  async function expectQuickEnd(stop: () => void, ended: () => Promise<{ code: number | null }>) {
    const began = performance.now()
    stop()
    expect(await ended()).toMatchObject({ code: 0 })
    expect(performance.now() - began).toBeLessThan(LIMIT_MILLISECONDS)
  }

  /** An agent whose model has been asked and does not answer. */
  async function startHanging(home: string): Promise<RawServer> {
    const server = startRaw(withModel(home, provider))
    await server.initialize()
    const call = (name: string, args: object) => server.ask('tools/call', { name, arguments: args })
    await call('create_agent', { name: 'Ada' })
    provider.enqueue(hang())
    const before = provider.requests.length
    void call('send_message', { agent: 'Ada', message: 'Hi' }).catch(() => undefined)
    await expect.poll(() => provider.requests.length, PATIENT).toBe(before + 1)
    return server
  }

  const WAYS: readonly (readonly [string, (server: RawServer) => void])[] = [
    ['SIGTERM', ({ process }) => process.kill('SIGTERM')],
    ['SIGINT', ({ process }) => process.kill('SIGINT')],
    ['the end of stdin', ({ process }) => process.stdin.end()],
  ]

  it.each(WAYS)('by %s ends stdio with 0 when idle', async (_, stop) => {
    const server = startRaw(withoutKey(newHome()))
    await server.initialize()
    await expectQuickEnd(() => stop(server), server.ended)
    expectPureStdout(server.written())
  })

  it.each(WAYS)(
    'by %s ends stdio with 0 while a model hangs, and the run goes on later',
    async (_, stop) => {
      const home = newHome()
      const server = await startHanging(home)
      await expectQuickEnd(() => stop(server), server.ended)
      expectPureStdout(server.written())

      provider.enqueue(say('Here I am again.'))
      const client = await connect('v2-auto', {
        kind: 'stdio',
        environment: withModel(home, provider),
      })
      await expect
        .poll(async () => {
          const { data } = await client.call('search_conversation', { agent: 'Ada' })
          return data.messages.map(({ text }: { text: string }) => text)
        }, PATIENT)
        .toEqual(['Here I am again.', 'Hi'])
      await client.close()
    },
  )

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends serve with 0 while a model hangs and clients wait',
    async (signal) => {
      const serving = await startServe(withModel(newHome(), provider))
      const clients = [
        await connect('v1', { kind: 'http', url: serving.url }),
        await connect('v2-auto', { kind: 'http', url: serving.url }),
      ]
      provider.enqueue(hang(), hang())
      const before = provider.requests.length
      const calls = clients.map(async (client, index) => {
        await client.call('create_agent', { name: `Ada ${index}` })
        await client.call('send_message', { agent: `Ada ${index}`, message: 'Hi' })
      })
      const settled = Promise.allSettled(calls)
      await expect.poll(() => provider.requests.length, PATIENT).toBe(before + 2)
      const exited = once(serving.process, 'exit')
      await expectQuickEnd(
        () => serving.process.kill(signal),
        async () => ({ code: (await exited)[0] }),
      )
      await Promise.all(clients.map((client) => client.close()))
      await settled
    },
  )

  it('by an immediate end of stdin still answers earlier requests', async () => {
    const server = startRaw(withoutKey(newHome()))
    const answered = server.initialize()
    const listed = server.ask('tools/call', { name: 'list_agents', arguments: {} })
    server.process.stdin.end()
    await answered
    expect((await listed).result.structuredContent).toEqual({ agents: [] })
    expect((await server.ended()).code).toBe(0)
  })
})
