import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callOn, speak, startWorld, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const SMALL = { contextWindow: 4_000, human: 'Unknown.' } as const

describe('content that could never fit', () => {
  it('is refused when it is created, with the numbers', async () => {
    const system = 'You are careful. '.repeat(1_000)
    await expect(world.createAgent({ ...SMALL, system })).rejects.toThrow(
      /4000.*Nothing was changed/,
    )
  })

  it('is refused when a block grows, and the agent is told when its own edit caused it', async () => {
    const agent = await world.createAgent(SMALL)
    await expect(
      world.context.memory.write(agent, 'human', 'word '.repeat(3_000), { limit: 20_000 }),
    ).rejects.toThrow('does not fit the context window')
    expect(await world.block(agent, 'human')).toBe('Unknown.')

    await world.context.memory.write(agent, 'human', 'Unknown.', { limit: 20_000 })
    world.provider.enqueue(
      callOn('core_memory_append', { label: 'human', content: 'word '.repeat(3_000) }),
      speak('I could not note it.'),
    )
    const { messages } = await world.talk(agent, 'Note this')
    expect(messages.find(({ role }) => role === 'tool')).toMatchObject({
      status: 'error',
      text: expect.stringContaining('does not fit the context window'),
    })
    expect(await world.block(agent, 'human')).toBe('Unknown.')
  })
})
