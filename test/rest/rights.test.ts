import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scope } from '../../src/core/access.ts'
import { say } from '../support/scripted-provider.ts'
import { askAt } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

/* The tools of an agent have no more rights in a run than the token that began it. */

const SCOPES: readonly Scope[] = ['read', 'chat']

let rest: RestWorld
beforeAll(async () => {
  rest = await startRestWorld()
}, 60_000)
afterAll(() => rest.close())

async function agentNamed(name: string): Promise<string> {
  return (await rest.ask('POST', '/v1/agents/', { name, tags: [name] })).json.id
}

async function scopesOfRuns(agent: string): Promise<unknown> {
  const { runs } = rest.world.app.contextOf('default')
  const found = await runs.walk({ agent, order: 'asc', limit: 10 })
  return found.map(({ scopes }) => scopes)
}

const messages = [{ role: 'user', content: 'hello' }]

test.each([
  ["Letta's REST", (id: string) => [`/v1/agents/${id}/messages`, { messages }] as const],
  [
    'a chat completion',
    (id: string) => ['/openai/v1/chat/completions', { model: id, messages }] as const,
  ],
])('a run of %s has the scopes of its token', async (name, request) => {
  const id = await agentNamed(name)
  rest.provider.enqueue(say('hi'))
  const ask = askAt(rest.world.url, await rest.world.token('default', SCOPES))
  const [path, body] = request(id)
  expect((await ask('POST', path, body)).status).toBe(200)
  expect(await scopesOfRuns(id)).toEqual([SCOPES])
})

test('runs of a message to many agents have the scopes of its token', async () => {
  const id = await agentNamed('crew')
  rest.provider.enqueue(say('hi'))
  const token = await rest.world.token('default', SCOPES)
  const client = await rest.world.connect(token)
  await client.call('message_agents', { tags: ['crew'], message: 'hello', wait_seconds: 10 })
  expect(await scopesOfRuns(id)).toEqual([SCOPES])
})
