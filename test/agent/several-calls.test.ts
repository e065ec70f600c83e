import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callTools } from '../support/scripted-provider.ts'
import { APPEND, createBound, INSERT, RECALL, rule, SEARCH, TALK } from './rule-support.ts'
import { speak, startWorld, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('several calls in one answer', () => {
  it('are checked one by one, taking into account what earlier calls did', async () => {
    const agent = await createBound(world, [
      rule('parent_last_tool', SEARCH, { children: [INSERT] }),
      rule('max_count_per_step', SEARCH, { limit: 1 }),
    ])
    world.provider.enqueue(
      callTools([
        { name: SEARCH, arguments: { query: 'a' } },
        { name: SEARCH, arguments: { query: 'b' } },
        { name: TALK, arguments: { message: 'Not yet.' } },
        { name: INSERT, arguments: { content: 'Tea.' } },
      ]),
      speak('Done.'),
    )
    const { reply, messages } = await world.talk(agent, 'Go')
    expect(
      messages.flatMap((message) => (message.role === 'tool' ? [message.status] : [])),
    ).toEqual(['success', 'error', 'error', 'success', 'success'])
    expect(reply, 'words of a call that was not made are not said').toBe('Done.')
  })

  it('are not run after a call that ended the turn', async () => {
    const agent = await createBound(world, [rule('exit_loop', TALK)])
    world.provider.enqueue(
      callTools([
        { name: TALK, arguments: { message: 'Bye.' } },
        { name: INSERT, arguments: { content: 'Tea.' } },
      ]),
    )
    const { run, reply, messages } = await world.talk(agent, 'Go')
    expect({ reply, stop: run.stopReason }).toEqual({ reply: 'Bye.', stop: 'tool_rule' })
    expect(messages.filter((message) => message.role === 'tool').at(-1)).toMatchObject({
      status: 'error',
      text: expect.stringContaining('the turn has ended'),
    })
  })

  it('all run, and their messages are sent in order, where the rules allow it', async () => {
    const agent = await createBound(world, [rule('continue_loop', RECALL)])
    world.provider.enqueue(
      callTools([
        { name: TALK, arguments: { message: 'One.' } },
        { name: APPEND, arguments: { label: 'human', content: 'Tea.' } },
        { name: TALK, arguments: { message: 'Two.' } },
      ]),
    )
    const { reply } = await world.talk(agent, 'Go')
    expect(reply).toBe('One.\nTwo.')
    expect(await world.block(agent, 'human')).toBe('Tea.')
  })
})
