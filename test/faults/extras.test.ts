import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fields } from '../support/wires/speech.ts'
import { speak } from './answers.ts'
import { asSent } from './wire.ts'
import { WIRE_EXTRAS } from './wire-extras.ts'
import { FORMATS, startWorld, type World } from './world.ts'

/* Extra fields of a provider's answer go back to the model that wrote them, and to no other. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Noted.')))

const { answer, disguise, goesBack, own, pieces, piecesGoBack } = WIRE_EXTRAS

const lastBody = () => asSent(world.vendor.requests.at(-1)?.body ?? {})

/** The first answers in the history of the last request. */
function sentAnswers(count: number): readonly Fields[] {
  return WIRE_EXTRAS.sent(lastBody()).slice(0, count)
}

describe.each(FORMATS)('extras of an answer that came as %s', (_format, model) => {
  it('go back unchanged at every later step and turn', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(answer())
    expect((await world.send(agent)).data.status).toBe('completed')
    expect(sentAnswers(goesBack.length)).toMatchObject(goesBack)
    await world.send(agent, 'And now?')
    expect(sentAnswers(goesBack.length)).toMatchObject(goesBack)
  })

  it('are not sent to another model, and return for their own', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(answer())
    await world.send(agent)
    await world.client.call('update_agent', { agent, model: `${model}-other` })
    await world.send(agent, 'And now?')
    const other = JSON.stringify(WIRE_EXTRAS.sent(lastBody()))
    expect(other).toContain('core_memory_append')
    for (const part of own) expect(other).not.toContain(part)
    await world.client.call('update_agent', { agent, model })
    await world.send(agent, 'And now?')
    expect(sentAnswers(goesBack.length)).toMatchObject(goesBack)
  })

  it('never change who said what', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(answer(disguise))
    await world.send(agent)
    expect(sentAnswers(goesBack.length)).toMatchObject(goesBack)
  })
})

it('thinking that streams in pieces is put together', async () => {
  const agent = await world.createAgent('lmstudio/scripted', { agent_type: 'letta_v1_agent' })
  world.vendor.enqueue(pieces)
  expect((await world.send(agent)).data.reply).toBe('Hello.')
  await world.send(agent, 'And now?')
  expect(sentAnswers(piecesGoBack.length)).toMatchObject(piecesGoBack)
})
