import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { callTool, fail, say } from '../support/scripted-provider.ts'
import { speak, startWorld, type Turn, userLines, type World } from './support.ts'

let world: World
afterEach(() => world.close())

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function expectFailure({ run, reply, messages }: Turn, code: string, text: RegExp): void {
  expect(run).toMatchObject({ status: 'failed', error: { code } })
  expect(`${run.error?.message} ${run.error?.hint}`).toMatch(text)
  expect(run.error?.message).toMatch(/^.{10,400}\.$/)
  expect(run.error?.hint).toMatch(/^.{10,400}\.$/)
  expect(`${run.error?.message} ${run.error?.hint}`).not.toContain('sk-test-key')
  expect(run.completedAt).not.toBeNull()
  expect(reply).toBe('')
  expect(messages.slice(0, 1)).toMatchObject([{ role: 'user', text: 'Are you there?' }])
}

describe('a run fails, and keeps its message, when the model', () => {
  it('can not be reached', async () => {
    const port = await freePort()
    world = await startWorld({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
    const agent = await world.createAgent()
    const turn = await world.talk(agent, 'Are you there?')
    expectFailure(turn, 'model_unavailable', new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`))
    expect(turn.run.stopReason).toBe('model_error')
  })

  it.each([
    [
      'does not take the key',
      fail(401, { error: { message: 'Bad key sk-test-key' } }),
      /OPENAI_API_KEY.*401/,
    ],
    ['fails', fail(500), /500.*Try again/],
    ['limits us', fail(429, { error: { message: 'slow down' } }), /429.*Wait/],
    ['does not exist', fail(404, { error: { message: 'no such model' } }), /404.*"scripted"/],
    ['answers with a web page', fail(502, '<html><h1>Bad gateway</h1></html>'), /502.*Bad gateway/],
    ['answers nonsense', fail(200, { hello: 1 }), /sent.*OPENAI_BASE_URL/],
  ])('%s, and the next message goes on', async (_, answer, text) => {
    world = await startWorld()
    world.provider.respondWith(() => answer)
    const agent = await world.createAgent()
    expectFailure(await world.talk(agent, 'Are you there?'), 'model_unavailable', text)
    world.provider.enqueue(speak('Back again.'))
    const next = await world.talk(agent, 'And now?')
    expect(next).toMatchObject({ reply: 'Back again.', run: { status: 'completed' } })
    // Neighbouring messages of one role go out as one.
    expect(world.request().messages).toHaveLength(2)
    expect(userLines(world.request())).toEqual(['Are you there?', 'And now?'])
  })

  it('finds the request too long', async () => {
    world = await startWorld()
    const tooLong = fail(400, {
      error: { message: 'maximum context length is 10', code: 'context_length_exceeded' },
    })
    world.provider.enqueue(tooLong, tooLong)
    const turn = await world.talk(await world.createAgent(), 'Are you there?')
    expectFailure(turn, 'limit_exceeded', /context_window/)
    expect(turn.run.stopReason).toBe('context_overflow')
    expect(world.asked).toBe(2)
  })

  it('has no key', async () => {
    // No other model may answer in its place where it is the default as well.
    world = await startWorld({ RECOLLECT_MODEL: 'anthropic/claude' })
    const agent = await world.createAgent({ model: 'anthropic/claude' })
    const turn = await world.talk(agent, 'Are you there?')
    expectFailure(turn, 'model_unavailable', /anthropic\/claude needs a key.*ANTHROPIC_API_KEY/)
    expect(turn.run.stopReason).toBe('model_error')
  })
})

describe('a temporary failure', () => {
  it('is invisible to the caller', async () => {
    world = await startWorld()
    world.provider.enqueue(fail(503), fail(429), speak('Here I am.'))
    const { run, reply } = await world.talk(await world.createAgent(), 'Are you there?')
    expect({ reply, status: run.status, steps: run.usage.steps }).toEqual({
      reply: 'Here I am.',
      status: 'completed',
      steps: 1,
    })
    expect(world.asked).toBe(3)
  })

  it('with a long retry time defers the run, and says until when', async () => {
    world = await startWorld()
    world.provider.enqueue(fail(429, { error: { message: 'tomorrow' } }, { 'retry-after': '7200' }))
    const agent = await world.createAgent()
    const { run, messages } = await world.talk(agent, 'Are you there?')
    expect(run).toMatchObject({ status: 'waiting', error: null })
    expect(messages).toMatchObject([{ role: 'user', text: 'Are you there?' }])
    const behind = await world.context.runs.send({ agent, text: 'And now?' })
    expect(behind.run.warnings).toEqual([expect.stringContaining(run.id)])
    expect((await world.context.runs.cancel(run.id)).run.status).toBe('cancelled')
    world.provider.enqueue(speak('Back again.'))
    expect((await world.end(behind.run.id)).reply).toBe('Back again.')
  })
})

describe('a failure in the middle of a turn', () => {
  it('keeps the work of earlier steps, and every call keeps its result', async () => {
    world = await startWorld()
    world.provider.enqueue(
      callTool('core_memory_append', { label: 'human', content: 'Tea.', request_heartbeat: true }),
    )
    world.provider.respondWith(() => fail(503))
    const agent = await world.createAgent({ human: '' })
    const { run, messages } = await world.talk(agent, 'I like tea')
    expect(run).toMatchObject({ status: 'failed', stopReason: 'model_error' })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(await world.block(agent, 'human')).toBe('Tea.')
    world.provider.enqueue(say('Hello.'))
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hello.')
  })
})

describe('a model handle', () => {
  it('of an unknown provider is refused when the agent is made or changed', async () => {
    world = await startWorld()
    const refusal = {
      code: 'invalid_argument',
      message: expect.stringContaining('Known providers'),
    }
    await expect(world.createAgent({ model: 'nobody/knows' })).rejects.toMatchObject(refusal)
    const agent = await world.createAgent()
    const update = world.context.agents.update(agent, { model: 'gpt' })
    await expect(update).rejects.toMatchObject(refusal)
    expect((await world.context.agents.get(agent)).agent.model).toBeNull()
  })
})
