import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { speak } from './answers.ts'
import { STREAMED } from './streamed-wires.ts'
import { expectWhole, startWorld, type World } from './world.ts'

/* Calls come in pieces, and not every server numbers and names the pieces alike. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

describe('in a stream', () => {
  it.each(Object.entries(STREAMED.pieces))('%s is put together', async (_, answer) => {
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(answer)
    expectWhole(await world.send(agent))
    expect(await world.human(agent)).toBe('Empty.\nLikes tea.')
  })

  it('calls that are all numbered 0 are told apart', async () => {
    const agent = await world.createAgent('lmstudio/scripted', { human: '' })
    const add = (content: string) => JSON.stringify({ label: 'human', content })
    world.vendor.enqueue(STREAMED.same(add('One.'), add('Two.')))
    await world.send(agent)
    expect(await world.human(agent)).toBe('One.\nTwo.')
  })

  it('a call that is not finished when the stream ends is not run', async () => {
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(STREAMED.unfinished)
    expect((await world.send(agent)).data).toMatchObject({
      status: 'completed',
      reply: 'Sorry.',
      steps: 1,
    })
    expect(await world.human(agent)).toBe('Empty.')
  })
})
