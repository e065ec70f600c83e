import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { begin, hang, refuse, say, speak, stall, stallWithKeepAlive, toEvent } from './answers.ts'
import { type Answer, textOf } from './wire.ts'
import { expectFailure, FORMATS, startWorld, type World } from './world.ts'

/* No hang is longer than its timer, and a call that times out is tried as often as any that may pass. */

const IDLE = 150
const TOTAL = 400
const TRIES = 4
/** For everything but the waiting, on a machine that is busy. */
const SLACK = 4_000

let world: World
beforeAll(async () => {
  world = await startWorld({ idleMilliseconds: IDLE, totalMilliseconds: TOTAL })
  // The first call loads the client of the wire, which may take as long as the whole call may.
  world.vendor.always(speak('Here I am.'))
  await world.send(await world.createAgent('lmstudio/scripted'))
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Here I am.')))

describe.each(FORMATS)('of a provider that answers with %s', (_format, model) => {
  it.each<[string, Answer, number, RegExp]>([
    ['silence', hang, TOTAL, /did not finish its answer within 0\.4 seconds/],
    ['a stall midway', stall, IDLE, /stopped in the middle of its answer for 0\.15 seconds/],
    ['a stall with keep-alives', stallWithKeepAlive, IDLE, /stopped in the middle/],
  ])('%s ends with its timer', async (_, answer, milliseconds, error) => {
    const agent = await world.createAgent(model)
    world.vendor.always(answer)
    const start = performance.now()
    await expectFailure(world, agent, { error, requests: TRIES })
    const took = performance.now() - start
    expect(took).toBeGreaterThan(TRIES * milliseconds * 0.9)
    expect(took).toBeLessThan(TRIES * milliseconds + SLACK)
  })

  it('a temporary stall is invisible', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(stall)
    expect((await world.send(agent)).data).toMatchObject({ status: 'completed', warnings: [] })
  })
})

it('an answer that trickles on for ever ends with the timer of the whole call', async () => {
  const agent = await world.createAgent('lmstudio/scripted')
  world.vendor.always((response, request) => {
    begin(response, request)
    const timer = setInterval(() => response.write(toEvent({ delta: { content: 'x' } })), 10)
    response.on('close', () => clearInterval(timer))
  })
  await expectFailure(world, agent, { error: /did not finish its answer/, requests: TRIES })
})

it('a summarizer that is too slow is replaced by an extract, and the run says so', async () => {
  const agent = await world.createAgent('openai/scripted')
  for (const turn of ['Turn one', 'Turn two', 'Turn three', 'Turn four']) {
    await world.send(agent, `${turn}: ${'a long tale of the sea '.repeat(60)}`)
  }
  const tooLong = refuse(400, { error: { message: 'Too long.', code: 'context_length_exceeded' } })
  world.vendor.enqueue(tooLong, hang, speak('It fits now.'))
  const { data } = await world.send(agent)
  expect(data).toMatchObject({ status: 'completed', reply: 'It fits now.' })
  expect(data.warnings).toEqual([
    expect.stringMatching(/put together by rule.*did not finish its answer within 0\.4 seconds/),
  ])
  const [system] = world.vendor.lastMessages()
  expect(system && textOf(system)).toMatch(/<summary[\s\S]*Turn one/)
})

it('a server that thinks for longer than the idle time before its first word is waited for', async () => {
  const agent = await world.createAgent('lmstudio/scripted')
  world.vendor.enqueue((response, request) => {
    setTimeout(() => say('At last.')(response, request), IDLE * 1.5)
  })
  const before = world.vendor.requests.length
  expect((await world.send(agent)).data.reply).toBe('At last.')
  expect(world.vendor.requests.length - before).toBe(1)
})
