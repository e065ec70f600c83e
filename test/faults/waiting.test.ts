import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call, hang, refuse, speak, stall } from './answers.ts'
import type { Answer } from './wire.ts'
import { FORMATS, saidIn, startWorld, type World } from './world.ts'

/* A run whose provider makes it wait: what it does meanwhile, and how it is ended. */

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await world.close()
})

const slowDown = (seconds: number | string) =>
  refuse(429, { error: { message: 'Slow down' } }, { 'retry-after': `${seconds}` })

/** Puts both clocks forward: its own pauses a process measures with the monotonic one. */
function passTime(milliseconds: number): void {
  const [date, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)]
  vi.spyOn(Date, 'now').mockImplementation(() => date() + milliseconds)
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + milliseconds)
}

async function status(runId: string): Promise<string> {
  return (await world.client.call('get_run', { run_id: runId })).data.status
}

describe.each(FORMATS)('Retry-After of a provider that answers with %s', (_format, model) => {
  it('of 1 second is waited for within the run', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(slowDown(1))
    const start = performance.now()
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'completed', reply: 'Here I am.' })
    expect(performance.now() - start).toBeGreaterThan(950)
    expect(world.vendor.requests).toHaveLength(2)
  })

  it('of 120 seconds defers the run, which resumes when the time is up', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(slowDown(120))
    const start = Date.now()
    const { data, isError } = await world.send(agent)
    expect(isError).toBe(false)
    expect(data).toMatchObject({ status: 'waiting', waiting_for: 'retry' })
    expect(data.stop_reason).toBeUndefined()
    const until = Date.parse(data.retry_at) - start
    expect(until).toBeGreaterThanOrEqual(119_900)
    expect(until).toBeLessThan(140_000)

    const behind = await world.send(agent, 'And this?', { wait_seconds: 0 })
    expect(behind.data.status).toBe('queued')
    expect(behind.data.warnings).toEqual([
      expect.stringMatching(new RegExp(`behind run ${data.run_id}, which is waiting`)),
    ])
    expect(world.vendor.requests).toHaveLength(1)

    passTime(Date.parse(data.retry_at) - Date.now() + 1_000)
    await expect.poll(() => status(behind.data.run_id), { timeout: 10_000 }).toBe('completed')
    expect(await status(data.run_id)).toBe('completed')
    const said = world.vendor.lastMessages().filter(({ role }) => role === 'user')
    expect(saidIn(said)).toEqual(['Are you there?', 'And this?'])
  })

  it('as a date is understood', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(slowDown(new Date(Date.now() + 300_000).toUTCString()))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'waiting', waiting_for: 'retry' })
    expect(Date.parse(data.retry_at) - Date.now()).toBeGreaterThan(250_000)
  })

  it.each(['99999999', 'Infinity', '1e99'])('of %s seconds delays nothing', async (seconds) => {
    const agent = await world.createAgent(model)
    world.vendor.always(slowDown(seconds))
    const { data } = await world.send(agent)
    expect(data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
    expect(data.error.message).toMatch(/429: Slow down/)
  })

  it("repeated ends with the run's time budget", async () => {
    const agent = await world.createAgent(model)
    world.vendor.always(slowDown(120))
    const { data } = await world.send(agent)
    passTime(3_601_000)
    await expect.poll(() => status(data.run_id), { timeout: 10_000 }).toBe('failed')
    const { error } = (await world.client.call('get_run', { run_id: data.run_id })).data
    expect(error).toMatchObject({
      code: 'model_unavailable',
      message: expect.stringMatching(/429/),
    })
  })
})

async function expectCancelled(runId: string, agent: string): Promise<void> {
  const start = performance.now()
  const { data } = await world.client.call('cancel_run', { run_id: runId })
  expect(data, JSON.stringify(data)).toMatchObject({
    status: 'cancelled',
    stop_reason: 'cancelled',
  })
  expect(performance.now() - start).toBeLessThan(2_500)
  const { messages } = (await world.client.call('get_run', { run_id: runId, include_steps: true }))
    .data
  expect(messages[0]).toMatchObject({ type: 'user_message', text: 'Are you there?' })

  world.vendor.always(speak('Back again.'))
  expect((await world.send(agent, 'And now?')).data.reply).toBe('Back again.')
  expect(saidIn(world.vendor.lastMessages().slice(1, 2))[0]).toBe('Are you there?')
}

describe.each(FORMATS)('cancel_run, with a provider that answers with %s', (_format, model) => {
  it.each<[string, Answer]>([
    ['is silent', hang],
    ['stalls midway', stall],
  ])('hangs up on a model that %s', async (_, answer) => {
    const agent = await world.createAgent(model)
    const connection = { arrived: false, closed: false }
    world.vendor.enqueue((response, request) => {
      connection.arrived = true
      response.on('close', () => {
        connection.closed = true
      })
      answer(response, request)
    })
    const { data } = await world.send(agent, 'Are you there?', { wait_seconds: 0 })
    await expect.poll(() => connection.arrived).toBe(true)
    expect(connection.closed).toBe(false)
    await expectCancelled(data.run_id, agent)
    await expect.poll(() => connection.closed, { timeout: 1_000 }).toBe(true)
    expect(world.vendor.requests).toHaveLength(2)
  })

  it('ends the pause before a retry', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(slowDown(30))
    const { data } = await world.send(agent, 'Are you there?', { wait_seconds: 0 })
    await expect.poll(() => world.vendor.requests.length).toBe(1)
    await expectCancelled(data.run_id, agent)
    expect(world.vendor.requests).toHaveLength(2)
  })

  it('ends a deferred run, and the runs queued behind it are served', async () => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(slowDown(120))
    const waiting = (await world.send(agent)).data
    const behind = (await world.send(agent, 'And this?', { wait_seconds: 0 })).data
    await expectCancelled(waiting.run_id, agent)
    expect(await status(behind.run_id)).toBe('completed')
  })

  it('in the middle of a turn keeps the work of its steps', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const edit = { label: 'human', content: 'Tea.', request_heartbeat: true }
    world.vendor.enqueue(call('core_memory_append', edit), hang)
    const { data } = await world.send(agent, 'Are you there?', { wait_seconds: 0 })
    await expect.poll(() => world.vendor.requests.length).toBe(2)
    await expectCancelled(data.run_id, agent)
    expect(await world.human(agent)).toBe('Tea.')
  })
})
