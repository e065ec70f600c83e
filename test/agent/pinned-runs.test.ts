import { afterEach, beforeEach, expect, it } from 'vitest'
import { CLIENT_HANDLE } from '../../src/llm/model.ts'
import { pinContext } from '../../src/service/pin-context.ts'
import { PATIENT } from './patient.ts'
import { startWorld, type World } from './support.ts'

/* A run of another agent waits for the model of a client; a client that is given one agent asks for it all the same. */

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

it("a client pinned to one agent can neither act on nor learn of another agent's run", async () => {
  const bob = await world.createAgent({ model: CLIENT_HANDLE })
  await world.createAgent({ name: 'Ada' })
  const run = await world.send(bob, 'Hi', { samples: true })
  const statusOf = async () => (await world.context.runs.get(run)).run
  await expect.poll(statusOf, PATIENT).toMatchObject({ status: 'waiting', waitingFor: 'client' })

  const { runs } = await pinContext(world.context, 'Ada')
  const answer = { role: 'assistant', content: { type: 'text', text: 'I am Bob.' }, model: 'x' }
  const attempts: readonly [string, () => Promise<unknown>][] = [
    ['get', () => runs.get(run)],
    ['askClient', () => runs.askClient(run, { tools: true })],
    ['answerClient', () => runs.answerClient(run, 'ask', answer)],
    ['wait', () => runs.wait(run, 0, new AbortController().signal)],
    ['cancel', () => runs.cancel(run)],
    ['respond', () => runs.respond(run, { approve: true })],
    ['messages', () => runs.messages(run)],
  ]
  for (const [name, attempt] of attempts) {
    await expect(attempt(), name).rejects.toMatchObject({ code: 'not_found' })
  }
  expect((await runs.list({ limit: 10 })).items).toEqual([])
  expect(await statusOf()).toMatchObject({ status: 'waiting', waitingFor: 'client' })

  // Refused attempts leave no trace: an allowed caller can still ask.
  const ask = await world.context.runs.askClient(run, { tools: true })
  expect(ask?.params.messages.length).toBeGreaterThan(0)
})
