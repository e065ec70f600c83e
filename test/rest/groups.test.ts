import { afterAll, beforeAll, expect, test } from 'vitest'
import { say } from '../support/scripted-provider.ts'
import { eventsIn } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
beforeAll(async () => {
  rest = await startRestWorld()
}, 60_000)
afterAll(() => rest.close())

const get = async (path: string) => (await rest.ask('GET', path)).json
const agent = async (name: string) =>
  (await rest.ask('POST', '/v1/agents/', { name })).json.id as string
const user = (content: string) => ({ messages: [{ role: 'user', content }] })
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

test('a group of a supervisor is created, messaged, listed and deleted', async () => {
  const [mia, ines, tom] = [await agent('Mia'), await agent('Ines'), await agent('Tom')]
  const made = await rest.ask('POST', '/v1/groups/', {
    description: 'Boats',
    agent_ids: [ines, tom],
    manager_config: { manager_type: 'supervisor', manager_agent_id: mia },
  })
  expect(made.json).toMatchObject({
    manager_type: 'supervisor',
    manager_agent_id: mia,
    agent_ids: [ines, tom],
    description: 'Boats',
  })
  const { id } = made.json
  expect(await get(`/v1/groups/${id}`)).toEqual(made.json)
  expect(await get('/v1/groups/')).toEqual([made.json])
  expect(await get('/v1/groups/count')).toBe(1)
  expect(ids(await get(`/v1/agents/${tom}/groups`))).toEqual([id])
  expect(await get('/v1/groups/?manager_type=round_robin')).toEqual([])
  rest.provider.enqueue(say('At once.'), say('Again.'))
  const turn = await rest.ask('POST', `/v1/groups/${id}/messages`, user('Write.'))
  expect(turn.json.messages.at(-1)).toMatchObject({ content: 'At once.' })
  const prompt = JSON.stringify(rest.provider.requests.at(-1)?.body.messages)
  expect(prompt).toContain('Ines')
  const stream = await rest.ask('POST', `/v1/groups/${id}/messages/stream`, user('Again?'))
  expect(
    eventsIn(stream.text).find((one) => one.message_type === 'assistant_message'),
  ).toMatchObject({
    content: 'Again.',
  })
  const said = await get(`/v1/groups/${id}/messages`)
  // Before each stands a note on the group.
  const types = ({ message_type }: { message_type: string }) => message_type
  expect(said.map(types).filter((type: string) => type === 'system_message')).toHaveLength(2)
  const words = said.filter((one: { message_type: string }) => types(one) !== 'system_message')
  expect(words.map(({ content }: { content: string }) => content)).toEqual([
    'Write.',
    'At once.',
    'Again?',
    'Again.',
  ])
  expect((await rest.ask('DELETE', `/v1/groups/${id}`)).status).toBe(200)
  expect((await rest.ask('GET', `/v1/groups/${id}`)).status).toBe(404)
  expect(await get('/v1/groups/')).toEqual([])
})

test('a group of a kind that is not there is refused with what to give instead', async () => {
  const one = await agent('One')
  for (const manager_config of [undefined, { manager_type: 'dynamic', manager_agent_id: one }]) {
    const { status, json } = await rest.ask('POST', '/v1/groups/', {
      ...{ agent_ids: [one], description: 'x', manager_config },
    })
    expect(status).toBe(422)
    expect(json.detail).toContain('supervisor')
  }
  const patched = await rest.ask('PATCH', '/v1/groups/group-x', {})
  expect(patched.json.detail).toEqual(expect.any(String))
  expect(patched.status).toBe(405)
})

test('scheduled messages are created, listed, read and deleted', async () => {
  const [owner, other] = [await agent('Owner'), await agent('Other')]
  const path = `/v1/agents/${owner}/schedule`
  const at = Date.now() + 3_600_000
  const once = { ...user('Tea?'), schedule: { type: 'one-time', scheduled_at: at } }
  const made = await rest.ask('POST', path, once)
  expect(made.json).toEqual({
    id: expect.stringMatching(/^schedule-/),
    next_scheduled_at: new Date(at).toISOString(),
  })
  const seconds = { type: 'one-time', scheduled_at: Math.ceil(at / 1_000) }
  const second = await rest.ask('POST', path, { ...user('Again?'), schedule: seconds })
  expect(second.json.next_scheduled_at).toBe(new Date(seconds.scheduled_at * 1_000).toISOString())
  const cron = { type: 'recurring', cron_expression: '0 9 * * 1-5' }
  const third = await rest.ask('POST', path, { ...user('Report'), schedule: cron })
  const first = await get(`${path}?limit=2`)
  expect(ids(first.scheduled_messages)).toEqual([third.json.id, second.json.id])
  expect(first.has_next_page).toBe(true)
  const rest2 = await get(`${path}?limit=2&after=${second.json.id}`)
  expect(rest2).toMatchObject({ has_next_page: false, scheduled_messages: [{ id: made.json.id }] })
  expect(await get(`${path}/${third.json.id}`)).toMatchObject({
    agent_id: owner,
    schedule: cron,
    message: { messages: [{ role: 'user', content: 'Report' }] },
    next_scheduled_time: third.json.next_scheduled_at,
  })
  const foreign = await rest.ask('DELETE', `/v1/agents/${other}/schedule/${third.json.id}`)
  expect(foreign.status).toBe(404)
  expect((await rest.ask('DELETE', `${path}/${third.json.id}`)).json).toEqual({ success: true })
  expect((await rest.ask('GET', `${path}/${third.json.id}`)).status).toBe(404)
  const bad = await Promise.all(
    [
      { ...user('x'), schedule: { type: 'one-time' } },
      { ...user('x'), schedule: { type: 'one-time', scheduled_at: 1 } },
      { ...user('x'), schedule: { type: 'recurring', cron_expression: 'never' } },
      { messages: [], schedule: cron },
    ].map((body) => rest.ask('POST', path, body)),
  )
  expect(bad.map(({ status }) => status)).toEqual([422, 422, 422, 422])
})

test('jobs are listed, read and cancelled, and what is not here is an empty list', async () => {
  const owner = await agent('Busy')
  await rest.world.app.context.companions.tidy(owner)
  const [job] = await get('/v1/jobs/')
  expect(job).toMatchObject({ agent_id: owner, metadata: { kind: 'sleeptime' } })
  expect(await get(`/v1/jobs/${job.id}`)).toMatchObject({ id: job.id })
  const cancelled = await rest.ask('PATCH', `/v1/jobs/${job.id}/cancel`)
  expect(cancelled.status).toBe(200)
  await expect.poll(async () => (await get('/v1/jobs/active')).length, { timeout: 15_000 }).toBe(0)
  for (const name of ['identities', 'providers', 'messages/batches', 'models/embeddings'])
    expect(await get(`/v1/${name}`)).toEqual([])
  const made = await rest.ask('POST', '/v1/identities/', { name: 'x' })
  expect(made.status).toBe(405)
  expect(made.json.detail).toEqual(expect.any(String))
})

test('the stream of a conversation can be taken up again, also after its run', async () => {
  const owner = await agent('Talker')
  const { json } = await rest.ask('POST', `/v1/conversations/?agent_id=${owner}`, {})
  const path = `/v1/conversations/${json.id}`
  expect((await rest.ask('POST', `${path}/stream`, {})).status).toBe(404)
  rest.provider.enqueue(say('In the other one.'), say('Here.'))
  await rest.ask('POST', `${path}/messages`, { ...user('Hello?'), streaming: false })
  await rest.ask('POST', `/v1/agents/${owner}/messages`, user('And here?'))
  const words = async (address: string, body: object) =>
    eventsIn((await rest.ask('POST', address, body)).text).flatMap((one) =>
      one.message_type === 'assistant_message' ? one.content : [],
    )
  expect(await words(`${path}/stream`, {})).toEqual(['In the other one.'])
  const own = { agent_id: owner }
  expect(await words('/v1/conversations/default/stream', own)).toEqual(['Here.'])
})
