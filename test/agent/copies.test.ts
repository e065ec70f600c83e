import { afterEach, beforeEach, expect, test } from 'vitest'
import { SCOPES } from '../../src/core/access.ts'
import { say } from '../support/scripted-provider.ts'
import { startWorld, userLines, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
  world.provider.respondWith(() => say('Hm.'))
})
afterEach(() => world.close())

test('a copy of a template has its settings and blocks, shares those that are named, and is messaged', async () => {
  const blocks = [
    { label: 'human', value: 'Nobody yet' },
    { label: 'rules', value: 'Be kind' },
  ]
  const agent = { name: 'Tutor', tags: ['template', 'tutor'], system: 'You teach.', blocks }
  const template = await world.createAgent(agent)
  await expect(world.send(template, 'Hello')).rejects.toThrow('template')
  const options = { shareBlocks: ['rules'], withHistory: false }
  const { agent: copy } = await world.context.agents.copy(template, options)
  expect(copy).toMatchObject({ name: 'Tutor 2', tags: ['tutor'], system: 'You teach.' })
  await world.context.memory.write(copy.id, 'human', 'Mia', {})
  await world.context.memory.write(copy.id, 'rules', 'Be strict', {})
  expect(await world.block(template, 'human')).toBe('Nobody yet')
  expect(await world.block(template, 'rules')).toBe('Be strict')
  expect((await world.talk(copy.id, 'Hello')).reply).toBe('Hm.')
  await expect(
    world.context.agents.copy(template, { shareBlocks: ['plans'], withHistory: false }),
  ).rejects.toThrow('no block "plans"')
})

test('a copy has the conversation of the original only if asked', async () => {
  const agent = await world.createAgent({ name: 'Ada' })
  const { id: conversation } = await world.context.conversations.create(agent)
  await world.talk(agent, 'One')
  await world.talk(agent, 'Beside', { conversation })
  await world.talk(agent, 'Two')
  const copyOf = async (withHistory: boolean) =>
    (await world.context.agents.copy(agent, { shareBlocks: [], withHistory })).agent.id
  const [with_, without] = [await copyOf(true), await copyOf(false)]
  await world.talk(with_, 'Three')
  expect(userLines(world.request())).toEqual(['One', 'Two', 'Three'])
  await world.talk(without, 'Three')
  expect(userLines(world.request())).toEqual(['Three'])
})

test('a message to 150 agents with a tag reaches all but those that cannot be reached', async () => {
  for (let count = 0; count < 150; count += 1) await world.createAgent({ tags: ['crew', 'a'] })
  await world.createAgent({ tags: ['crew', 'template'] })
  await world.createAgent({ tags: ['a'] })
  const unreachable = await world.createAgent({ tags: ['crew', 'a'], model: 'client/sampling' })
  const { runs } = world.context
  const sent = await runs.broadcast({
    tags: ['crew', 'a'],
    matchAll: true,
    text: 'All hands',
    scopes: SCOPES,
  })
  expect(sent.runs).toHaveLength(150)
  expect(sent.failed).toMatchObject([{ agentId: unreachable, code: 'model_unavailable' }])
  const open = async () => (await runs.list({ status: 'completed', limit: 100 })).items.length
  await expect.poll(open, { timeout: 60_000 }).toBe(100)
  await expect(
    runs.broadcast({ tags: ['nobody'], matchAll: false, text: 'Hello', scopes: SCOPES }),
  ).rejects.toThrow('No agent has any of these tags')
}, 90_000)
