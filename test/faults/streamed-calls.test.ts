import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunks, DONE, speak } from './answers.ts'
import { expectWhole, startWorld, type World } from './world.ts'

/* Calls come in pieces, and not every server numbers and names the pieces alike. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

const APPEND = 'core_memory_append'
const TEA_TEXT = JSON.stringify({ label: 'human', content: 'Likes tea.' })

describe('in a stream', () => {
  const piece = (fields: object) => ({ delta: { tool_calls: [fields] } })
  const [first, second] = [TEA_TEXT.slice(0, 12), TEA_TEXT.slice(12)]

  it.each([
    [
      'a call without an index, in pieces',
      [
        piece({ id: 'a', function: { name: APPEND, arguments: first } }),
        piece({ function: { arguments: second } }),
      ],
    ],
    [
      'a call whose name comes after its arguments began',
      [
        piece({ index: 0, function: { arguments: first } }),
        piece({ index: 0, id: 'a', function: { name: APPEND, arguments: second } }),
      ],
    ],
    [
      'an old function_call, in pieces',
      [
        { delta: { function_call: { name: APPEND, arguments: first } } },
        { delta: { function_call: { arguments: second } } },
      ],
    ],
  ])('%s is put together', async (_, deltas) => {
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(chunks(...deltas, { delta: {}, finish_reason: 'stop' }, DONE))
    expectWhole(await world.send(agent))
    expect(await world.human(agent)).toBe('Empty.\nLikes tea.')
  })

  it('calls that are all numbered 0 are told apart', async () => {
    const agent = await world.createAgent('lmstudio/scripted', { human: '' })
    const add = (content: string) =>
      piece({
        index: 0,
        id: content,
        function: { name: APPEND, arguments: JSON.stringify({ label: 'human', content }) },
      })
    world.vendor.enqueue(
      chunks(add('One.'), add('Two.'), { delta: {}, finish_reason: 'stop' }, DONE),
    )
    await world.send(agent)
    expect(await world.human(agent)).toBe('One.\nTwo.')
  })

  it('a call that is not finished when the stream ends is not run', async () => {
    const agent = await world.createAgent('lmstudio/scripted')
    world.vendor.enqueue(
      chunks(piece({ index: 0, id: 'a', function: { name: APPEND, arguments: TEA_TEXT } })),
    )
    expect((await world.send(agent)).data).toMatchObject({
      status: 'completed',
      reply: 'Sorry.',
      steps: 1,
    })
    expect(await world.human(agent)).toBe('Empty.')
  })
})
