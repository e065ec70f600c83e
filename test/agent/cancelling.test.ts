import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callTools, fail, hang } from '../support/scripted-provider.ts'
import { PATIENT } from './patient.ts'
import { callOn, speak, startWorld, toolResults, userLines, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** The user's messages in a request, oldest first. */
function said(index?: number): readonly string[] {
  return userLines(world.request(index))
}

describe('cancelling', () => {
  it('ends a run with a hanging model at once, and the next message works', async () => {
    world.provider.enqueue(
      callTools([
        {
          name: 'core_memory_append',
          arguments: { label: 'human', content: 'Tea.', request_heartbeat: true },
        },
        { name: 'archival_memory_search', arguments: { query: 'x' } },
      ]),
      hang(),
      speak('Hello.'),
    )
    const agent = await world.createAgent({ human: '' })
    const id = await world.send(agent, 'One')
    await expect.poll(() => world.asked, PATIENT).toBe(2)
    const { run } = await world.context.runs.cancel(id)
    expect(run).toMatchObject({ status: 'cancelled', stopReason: 'cancelled', error: null })
    expect(run.completedAt).not.toBeNull()
    expect((await world.talk(agent, 'Two')).reply).toBe('Hello.')
    expect(await world.block(agent, 'human')).toBe('Tea.')
    expect(toolResults(world.request())).toHaveLength(2)
    expect(said()).toEqual(['One', 'Two'])
  })

  it('a finished run changes nothing', async () => {
    world.provider.enqueue(speak('Hello.'))
    const { run } = await world.talk(await world.createAgent(), 'Hi')
    const cancelled = await world.context.runs.cancel(run.id)
    expect(cancelled).toMatchObject({ reply: 'Hello.', run: { status: 'completed' } })
  })

  it("a queued run keeps the user's message, after earlier messages", async () => {
    world.provider.enqueue(
      callOn('archival_memory_search', { query: 'x' }),
      speak('One done.'),
      speak('Three done.'),
    )
    const agent = await world.createAgent()
    world.hold()
    const first = await world.send(agent, 'One')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    const second = await world.send(agent, 'Two')
    const third = await world.send(agent, 'Three')
    await world.context.runs.cancel(second)
    world.release()
    expect((await world.end(first)).reply).toBe('One done.')
    expect((await world.end(third)).reply).toBe('Three done.')
    const cancelled = await world.end(second)
    expect(cancelled.run).toMatchObject({ status: 'cancelled', usage: { steps: 0 } })
    expect(cancelled.messages).toMatchObject([{ role: 'user', text: 'Two' }])
    expect(said(0), 'a turn is not disturbed by a message that was withdrawn').toEqual(['One'])
    expect(said(1), 'a turn is not disturbed by a message that was withdrawn').toEqual(['One'])
    expect(said(2)).toEqual(['One', 'Two', 'Three'])
  })

  it("a queued run at the moment when the run before it ends keeps the user's message too", async () => {
    const agent = await world.createAgent()
    for (let round = 0; round < 5; round += 1) {
      // The second may begin before it is cancelled.
      world.provider.enqueue(speak('Done.'), speak('Done.'))
      world.hold()
      const asked = world.asked
      const first = await world.send(agent, 'One')
      await expect.poll(() => world.asked, PATIENT).toBeGreaterThan(asked)
      const second = await world.send(agent, 'Two')
      world.release()
      await new Promise((resolve) => setTimeout(resolve, 10 * round))
      await world.context.runs.cancel(second)
      await world.end(first)
      const { messages } = await world.end(second)
      expect(messages[0]).toMatchObject({ role: 'user', text: 'Two' })
    }
  })

  it("a queued run behind one that fails keeps the user's message, before later ones", async () => {
    world.provider.enqueue(fail(401), speak('Three done.'))
    const agent = await world.createAgent()
    world.hold()
    const first = await world.send(agent, 'One')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    const second = await world.send(agent, 'Two')
    await world.context.runs.cancel(second)
    world.release()
    expect((await world.end(first)).run.status).toBe('failed')
    expect((await world.end(second)).messages).toMatchObject([{ role: 'user', text: 'Two' }])
    expect((await world.talk(agent, 'Three')).reply).toBe('Three done.')
    expect(said()).toEqual(['One', 'Two', 'Three'])
  })

  it('an unknown run says where ids come from', async () => {
    await expect(world.context.runs.cancel('run-1')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('send_message'),
    })
  })
})
