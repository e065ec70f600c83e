import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answered, callModern } from '../support/modern-calls.ts'
import { use, words } from '../support/sampling-client.ts'
import { type ClientWorld, startClientWorld } from './client-world.ts'

let world: ClientWorld
let agent: string
beforeEach(async () => {
  world = await startClientWorld()
  agent = await world.create()
})
afterEach(() => world.close())

const note = (content: string) =>
  use('core_memory_append', { label: 'human', content, request_heartbeat: true })
const speak = (message: string) => use('send_message', { message })
const told = (message = 'Note it.', more: object = {}) => ({
  agent,
  message,
  idempotency_key: `key of ${message}`,
  ...more,
})

async function send(args: object = told()): Promise<Answered> {
  const asked = await world.call('send_message', args)
  expect(asked.asks?.model?.method, JSON.stringify(asked)).toBe('sampling/createMessage')
  return asked
}

describe('an answer that does not match the last request changes nothing', () => {
  const TOO_LATE = {
    status: 'waiting',
    warnings: [expect.stringContaining('too late'), expect.anything(), expect.anything()],
  }

  it('when it is sent a second time', async () => {
    const first = await send()
    const second = await world.bring(told(), first, note('Tea.'))
    expect(second.asks).toBeDefined()
    const replayed = await world.bring(told(), first, note('Tea.'))
    expect(replayed.asks).toBeUndefined()
    expect(replayed.data).toMatchObject(TOO_LATE)
    expect(await world.human(agent)).toBe('Tea.')
    expect((await world.bring(told(), second, speak('Done.'))).data).toMatchObject({
      status: 'completed',
      reply: 'Done.',
      steps: 2,
    })
    expect((await world.bring(told(), second, speak('Again.'))).data).toMatchObject({
      status: 'completed',
      reply: 'Done.',
      warnings: [expect.stringContaining('too late'), expect.anything()],
    })
  })

  it('when it is for an earlier step, or for a call whose run another call took over', async () => {
    const first = await send()
    const second = await world.bring(told(), first, note('Tea.'))
    const taken = await send()
    expect((await world.bring(told(), first, note('Stale.'))).data).toMatchObject(TOO_LATE)
    expect((await world.bring(told(), second, note('Shut out.'))).data).toMatchObject(TOO_LATE)
    const after = await world.bring(told(), taken, speak('Done.'))
    expect(after.data).toMatchObject({ status: 'completed', reply: 'Done.', steps: 2 })
    expect(await world.human(agent)).toBe('Tea.')
  })

  it('when two calls send it at once: it counts once', async () => {
    const first = await send()
    const both = await Promise.all([
      world.bring(told(), first, note('Tea.')),
      world.bring(told(), first, note('Tea.')),
    ])
    expect(both.filter(({ asks }) => asks).length).toBe(1)
    expect(await world.human(agent)).toBe('Tea.')
  })

  it('when its state is made up, or was meant for something else', async () => {
    const first = await send()
    const forged = { ...first, requestState: `${first.requestState.slice(0, -4)}AAAA` }
    expect((await world.bring(told(), forged, note('Forged.'))).error?.code).toBe(-32_602)
    const asked = await world.call('delete_agent', { agent }, { capabilities: { elicitation: {} } })
    expect((await world.bring(told(), asked, note('Foreign.'))).data.error.code).toBe(
      'invalid_argument',
    )
    expect(await world.human(agent)).toBe('')
    expect((await world.bring(told(), first, speak('Done.'))).data.status).toBe('completed')
  })

  it('when the run was cancelled meanwhile; the agent is free for the next message', async () => {
    const first = await send()
    const [{ run_id }] = (await world.answer('list_runs', { agent })).runs
    expect(await world.answer('cancel_run', { run_id })).toMatchObject({ status: 'cancelled' })
    const late = await world.bring(told(), first, note('Late.'))
    expect(late.data).toMatchObject({ status: 'cancelled' })
    expect(await world.human(agent)).toBe('')
    const next = await world.bring(told('Next.'), await send(told('Next.')), speak('Here.'))
    expect(next.data).toMatchObject({ status: 'completed', reply: 'Here.' })
  })
})

describe('an invalid answer leaves the run waiting, and the result says so', () => {
  it.each([
    ['nothing', undefined, 'it brought none'],
    ['nonsense', { foo: 1 }, 'no message of a model'],
    [
      'a picture',
      { role: 'assistant', content: { type: 'image', data: '', mimeType: 'image/png' } },
      'neither text nor a call',
    ],
    ['an empty text', words(' '), 'it is empty'],
  ])('%s', async (_what, answer, problem) => {
    const first = await send()
    const { data, asks } = await world.bring(told(), first, answer as object)
    expect(asks).toBeUndefined()
    expect(data).toMatchObject({ status: 'waiting', waiting_for: 'client', steps: 0 })
    expect(data.warnings[0]).toContain(problem)
    expect(data.warnings.join(' ')).toContain('idempotency_key "key of Note it."')
    const again = await world.bring(told(), await send(), speak('Done.'))
    expect(again.data).toMatchObject({ status: 'completed', reply: 'Done.' })
  })
})

describe('a run that waits for a client', () => {
  it('continues by its run id if it was sent without a key', async () => {
    const args = { agent, message: 'Hello' }
    const first = await send(args)
    const { data } = await world.bring(args, first, words(''))
    const again = { ...args, idempotency_key: data.run_id }
    expect(data.warnings.join(' ')).toContain(`idempotency_key "${data.run_id}"`)
    const other = await world.call('send_message', { ...again, message: 'Something else' })
    expect(other.data.error.code).toBe('conflict')
    const done = await world.bring(again, await send(again), speak('Hi.'))
    expect(done.data).toMatchObject({ run_id: data.run_id, status: 'completed', reply: 'Hi.' })
    expect(
      (await world.answer('search_conversation', { agent, roles: ['user'] })).messages,
    ).toHaveLength(1)
  })

  it('keeps later messages in the queue, and they say why', async () => {
    const first = await send()
    const behind = await world.answer('send_message', { ...told('Second.'), wait_seconds: 0 })
    expect(behind).toMatchObject({ status: 'queued' })
    expect(behind.warnings.join(' ')).toMatch(
      /Queued behind run run-.* is waiting.*key of Note it\./,
    )
    expect((await world.bring(told(), first, speak('First.'))).data.reply).toBe('First.')
    const second = await send(told('Second.'))
    expect((await world.bring(told('Second.'), second, speak('Second.'))).data.reply).toBe(
      'Second.',
    )
  })

  it('is left alone by get_run, by other servers on the data, and by a client without a model', async () => {
    const url = await world.another()
    const first = await send()
    const [{ run_id }] = (await world.answer('list_runs', { agent })).runs
    const waits = { status: 'waiting', waiting_for: 'client', steps: 0, run_id }
    for (const look of [
      await world.answer('get_run', { run_id, wait_seconds: 2 }),
      await world.answer('send_message', told(), { capabilities: {} }),
      (await callModern(url, 'get_run', { run_id })).data,
    ]) {
      expect(look).toMatchObject(waits)
      expect(look.warnings.join(' ')).toContain('send_message again')
    }
    expect((await world.bring(told(), first, speak('Done.'))).data.status).toBe('completed')
  })

  it('may be answered at another server, and after a restart', async () => {
    const first = await send()
    const other = { ...world, url: await world.another() }
    const second = await callModern(other.url, 'send_message', told(), {
      requestState: first.requestState,
      inputResponses: { model: note('Tea.') },
    })
    expect(second.asks).toBeDefined()
    await world.restart()
    const done = await world.bring(told(), second, speak('Done.'))
    expect(done.data).toMatchObject({ status: 'completed', reply: 'Done.', steps: 2 })
    expect(await world.human(agent)).toBe('Tea.')
  })

  it('continues with another model once the agent has one, with any sender', async () => {
    await send()
    await world.answer('update_agent', { agent, model: 'offline/rehearsal' })
    const done = await world.answer('send_message', told(), { capabilities: {} })
    expect(done).toMatchObject({ status: 'completed', reply: expect.stringContaining('Note it.') })
  })

  it('is not started by a call that does not wait', async () => {
    const sent = await world.answer('send_message', told('Hi', { wait_seconds: 0 }))
    const { run_id } = sent
    const seen = await world.answer('get_run', { run_id, wait_seconds: 2 })
    expect(seen).toMatchObject({ status: 'waiting', waiting_for: 'client' })
    const done = await world.bring(told('Hi'), await send(told('Hi')), speak('Hello.'))
    expect(done.data).toMatchObject({ run_id, status: 'completed' })
  })
})

it('asks the user and the model in one call, no more often than clients accept', async () => {
  const capabilities = { sampling: { tools: {} }, elicitation: {} }
  const rule = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
  await world.answer('update_agent', { agent, tool_rules: [rule] })
  const insert = () => use('archival_memory_insert', { content: 'Tea.', request_heartbeat: true })
  let round = await world.call('send_message', told(), { capabilities })
  const kinds: string[] = []
  while (round.asks) {
    const [[name, { method }]] = Object.entries<{ method: string }>(round.asks) as [
      [string, { method: string }],
    ]
    kinds.push(method)
    const reply =
      method === 'elicitation/create' ? { action: 'accept', content: { approve: true } } : insert()
    round = await world.call('send_message', told(), {
      capabilities,
      requestState: round.requestState,
      inputResponses: { [name]: reply },
    })
  }
  expect(kinds).toEqual(
    Array.from({ length: 4 }, () => ['sampling/createMessage', 'elicitation/create']).flat(),
  )
  expect(round.data).toMatchObject({ status: 'waiting', waiting_for: 'client', steps: 4 })
})
