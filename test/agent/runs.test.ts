import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunId } from '../../src/core/ids.ts'
import { fail, hang, say } from '../support/scripted-provider.ts'
import { PATIENT } from './patient.ts'
import { callOn, speak, startWorld, userLines, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** The user's messages in a request, oldest first. */
function said(index?: number): readonly string[] {
  return userLines(world.request(index))
}

describe('messages to one agent', () => {
  it('are processed one at a time, in the order of arrival', async () => {
    world.provider.respondWith(({ messages }) =>
      messages.at(-1).role === 'tool'
        ? speak('Done.')
        : callOn('archival_memory_search', { query: 'x' }),
    )
    const agent = await world.createAgent()
    world.hold()
    const texts = ['One', 'Two', 'Three', 'Four']
    const runs: RunId[] = []
    for (const text of texts) runs.push(await world.send(agent, text))
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    const states = await Promise.all(runs.map((id) => world.context.runs.get(id)))
    expect(states.map(({ run }) => run.status)).toEqual(['running', 'queued', 'queued', 'queued'])
    world.release()
    for (const id of runs) expect((await world.end(id)).run.status).toBe('completed')
    expect(said()).toEqual(texts)
    expect(world.provider.requests).toHaveLength(8)
  })

  it('are not held up by a run that failed', async () => {
    world.provider.enqueue(fail(401), speak('Hello.'))
    const agent = await world.createAgent()
    world.hold()
    const first = await world.send(agent, 'One')
    const second = await world.send(agent, 'Two')
    world.release()
    expect((await world.end(first)).run.status).toBe('failed')
    expect((await world.end(second)).reply).toBe('Hello.')
  })
})

it('a server that works on one run at a time takes the next as soon as one has ended', async () => {
  await world.close()
  world = await startWorld({ RECOLLECT_CONCURRENT_RUNS: '1' })
  world.provider.respondWith(() => speak('Done.'))
  const agents = await Promise.all(Array.from({ length: 60 }, () => world.createAgent()))
  const runs = await Promise.all(agents.map((agent) => world.send(agent, 'Hi')))
  const began = performance.now()
  for (const id of runs) expect((await world.end(id)).reply).toBe('Done.')
  // Where it only looked now and then, once a second, it would take a minute.
  expect(performance.now() - began).toBeLessThan(45_000)
}, 90_000)

describe('messages to different agents', () => {
  it('are processed in parallel', async () => {
    world.provider.respondWith(() => speak('Done.'))
    const agents = [await world.createAgent(), await world.createAgent(), await world.createAgent()]
    world.hold()
    const runs: RunId[] = []
    for (const agent of agents) runs.push(await world.send(agent, 'Hi'))
    await expect.poll(() => world.asked, PATIENT).toBe(3)
    world.release()
    for (const id of runs) expect((await world.end(id)).reply).toBe('Done.')
  })
})

describe('an idempotency key', () => {
  it('answers with the same run for ever, also after a restart, and asks the model once', async () => {
    world.provider.enqueue(speak('Hello.'))
    const agent = await world.createAgent()
    const options = { idempotencyKey: 'once' }
    const first = await world.talk(agent, 'Hi', options)
    await world.restart()
    const second = await world.talk(agent, 'Hi', options)
    expect(second).toMatchObject({ reply: 'Hello.', run: { id: first.run.id } })
    expect(world.asked).toBe(1)
  })

  it('that is used twice at once makes one run', async () => {
    world.provider.enqueue(speak('Hello.'))
    const agent = await world.createAgent()
    const send = () => world.send(agent, 'Hi', { idempotencyKey: 'once' })
    const [one, two] = await Promise.all([send(), send()])
    expect(one).toBe(two)
    await world.end(one)
  })

  it('that was used for another message is a conflict', async () => {
    world.provider.enqueue(speak('Hello.'))
    const agent = await world.createAgent()
    const { run } = await world.talk(agent, 'Hi', { idempotencyKey: 'once' })
    await expect(world.send(agent, 'Bye', { idempotencyKey: 'once' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(run.id),
    })
  })

  it('belongs to one agent', async () => {
    world.provider.enqueue(speak('Hello.'), speak('Hello.'))
    const options = { idempotencyKey: 'once' }
    const one = await world.talk(await world.createAgent(), 'Hi', options)
    const two = await world.talk(await world.createAgent(), 'Hi', options)
    expect(one.run.id).not.toBe(two.run.id)
  })
})

it('a caller waits for a run no longer than asked, even when garbage is collected meanwhile', async () => {
  world.provider.enqueue(hang())
  const agent = await world.createAgent()
  const id = await world.send(agent, 'Hi')
  await expect.poll(() => world.asked, PATIENT).toBe(1)
  const waiting = world.context.runs.wait(id, 500, new AbortController().signal)
  await new Promise((resolve) => setTimeout(resolve, 100))
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  expect((await waiting).run.status).toBe('running')
})

describe('an agent that is deleted while it works', () => {
  it('takes its run with it, waiting callers are told at once, and the server stays up', async () => {
    world.provider.enqueue(hang())
    const agent = await world.createAgent()
    const id = await world.send(agent, 'Hi')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    const patience = AbortSignal.timeout(10_000)
    const waiting = world.context.runs.wait(id, 60_000, patience)
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'not_found' })
    await world.context.agents.delete(agent)
    await outcome
    expect(patience.aborted).toBe(false)
    world.provider.enqueue(speak('Hello.'))
    expect((await world.talk(await world.createAgent(), 'Hi')).reply).toBe('Hello.')
  })

  it('frees its slot for another agent at once, long before its lease expires', async () => {
    await world.close()
    world = await startWorld({ RECOLLECT_CONCURRENT_RUNS: '1', RECOLLECT_LEASE_SECONDS: '3600' })
    world.provider.enqueue(hang(), speak('Hello.'))
    const agent = await world.createAgent()
    await world.send(agent, 'Hi')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    const next = await world.send(await world.createAgent(), 'Hi')
    await world.context.agents.delete(agent)
    expect((await world.end(next)).reply).toBe('Hello.')
  })

  it('leaves nothing behind when its model answers afterwards', async () => {
    world.provider.enqueue(callOn('archival_memory_insert', { content: 'Ghost.' }))
    const agent = await world.createAgent()
    world.hold()
    const id = await world.send(agent, 'Hi')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    await world.context.agents.delete(agent)
    world.release()
    world.provider.respondWith(() => say('Hello.'))
    await world.talk(await world.createAgent(), 'Hi')
    await expect(world.context.runs.get(id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(world.context.agents.get(agent)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a server that is stopped while an agent works', () => {
  it('resumes the run when it starts', async () => {
    world.provider.enqueue(hang(), speak('Here I am.'))
    const agent = await world.createAgent()
    const id = await world.send(agent, 'Hi')
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    await world.restart()
    expect(await world.end(id)).toMatchObject({ reply: 'Here I am.', run: { usage: { steps: 1 } } })
    expect(said()).toEqual(['Hi'])
  })
})

describe('a message', () => {
  it('without words is refused', async () => {
    const agent = await world.createAgent()
    await expect(world.send(agent, ' \n')).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('of more than 200,000 characters is refused, with a remedy', async () => {
    const agent = await world.createAgent()
    await expect(world.send(agent, 'x'.repeat(200_001))).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringMatching(/200000.*insert_archival/),
    })
    world.provider.enqueue(speak('Long.'))
    const { messages } = await world.talk(agent, '🙂'.repeat(150_000))
    expect(messages).toHaveLength(3)
  })

  it('to an unknown agent makes no run', async () => {
    await expect(world.send('Nobody', 'Hi')).rejects.toMatchObject({ code: 'not_found' })
    expect(world.asked).toBe(0)
  })
})
