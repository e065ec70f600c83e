import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { CLIENT_KINDS, connect, startServe } from '../support/connect.ts'
import {
  hang,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/* Told to stop in the middle of everything, a server loses nothing that it said was done. */

afterAll(removeHomes)

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider.close())

const LIMIT_MILLISECONDS = 5_000
const WRITERS = 9

it('a server under load stops in time, keeps what it acknowledged and gives its runs back', async () => {
  const home = newHome()
  const serving = await startServe(withModel(home, provider))
  const connectAs = (index: number) =>
    connect(CLIENT_KINDS[index % CLIENT_KINDS.length] ?? 'v1', { kind: 'http', url: serving.url })

  const waiting = await connectAs(2)
  await waiting.call('create_agent', { name: 'Ada' })
  provider.enqueue(hang())
  const sent = waiting
    .call('send_message', { agent: 'Ada', message: 'Hi' })
    .then(String, () => 'cut off')
  await expect.poll(() => provider.requests.length, PATIENT).toBe(1)
  const listeners = await Promise.all([0, 1, 2].map(connectAs))
  for (const listener of listeners) await listener.listen(['recollect://agents'])

  const acknowledged: string[] = []
  const clients = await Promise.all(Array.from({ length: WRITERS }, (_, index) => connectAs(index)))
  const writers = clients.map(async (client, index) => {
    for (let count = 0; ; count += 1) {
      const name = `Agent ${index}-${count}`
      const result = await client.call('create_agent', { name }).catch(() => undefined)
      if (result === undefined) break
      expect(result.isError, result.text).toBe(false)
      acknowledged.push(name)
    }
    await client.close()
  })
  await expect.poll(() => acknowledged.length, PATIENT).toBeGreaterThan(WRITERS)

  const exited = once(serving.process, 'exit')
  const began = performance.now()
  serving.process.kill('SIGTERM')
  expect((await exited)[0]).toBe(0)
  expect(performance.now() - began).toBeLessThan(LIMIT_MILLISECONDS)
  expect(serving.errors()).not.toContain('"level":"error"')
  await Promise.all(writers)
  await Promise.all([waiting, ...listeners].map((client) => client.close()))
  expect(await sent).toBe('cut off')

  provider.enqueue(say('Here I am again.'))
  const later = await connect('v2-auto', { kind: 'stdio', environment: withModel(home, provider) })
  const spoken = async () => {
    const { data } = await later.call('search_conversation', { agent: 'Ada' })
    return data.messages.map(({ text }: { text: string }) => text)
  }
  await expect.poll(spoken, PATIENT).toEqual(['Here I am again.', 'Hi'])
  for (const name of acknowledged) {
    const found = await later.call('get_agent', { agent: name })
    expect(found.isError, `${name}: ${found.text}`).toBe(false)
  }
  await later.close()
})
