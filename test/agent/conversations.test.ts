import { afterEach, beforeEach, expect, test } from 'vitest'
import { callOn, speak, startWorld, userLines, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

test('conversations of one agent have their own history over one memory', async () => {
  const { conversations } = world.context
  const agent = await world.createAgent({ blocks: [{ label: 'human', value: '' }] })
  const { id: conversation } = await conversations.create(agent, 'About tea')
  world.provider.enqueue(
    callOn('core_memory_append', { label: 'human', content: 'Likes tea' }),
    speak('Noted.'),
    speak('You like tea.'),
    speak('We spoke of tea.'),
  )
  const there = await world.talk(agent, 'I like tea.', { conversation })
  expect(there.run.conversationId).toBe(conversation)
  await world.talk(agent, 'What do I like?')
  expect(userLines(world.request())).toEqual(['What do I like?'])
  expect(world.request().messages[0].content).toContain('Likes tea')
  await world.talk(agent, 'What did we speak of?', { conversation })
  expect(userLines(world.request())).toEqual(['I like tea.', 'What did we speak of?'])
  const found = await world.context.recall.search(agent, { query: 'tea', limit: 9 })
  expect(found.items.map(({ item }) => item.conversationId)).toContain(conversation)
  const [said] = await conversations.messages(conversation, { limit: 2 })
  expect(said).toMatchObject({ role: 'assistant', said: ['We spoke of tea.'] })
})

test('a conversation is at work while another of the same agent is', async () => {
  const { conversations } = world.context
  const agent = await world.createAgent()
  const { id: conversation } = await conversations.create(agent)
  world.provider.respondWith(() => speak('Done.'))
  world.hold()
  const runs = [
    await world.send(agent, 'One'),
    await world.send(agent, 'Two', { conversation }),
    await world.send(agent, 'Three'),
  ]
  await expect.poll(() => world.asked, { timeout: 10_000 }).toBe(2)
  const states = await Promise.all(runs.map(async (id) => (await world.context.runs.get(id)).run))
  expect(states.map(({ status }) => status)).toEqual(['running', 'running', 'queued'])
  await expect(conversations.delete(conversation)).rejects.toThrow('at work')
  world.release()
  for (const id of runs) expect((await world.end(id)).reply).toBe('Done.')
  await conversations.delete(conversation)
  await expect(conversations.get(conversation)).rejects.toThrow('There is no conversation')
  expect((await conversations.list(agent, { limit: 9 })).items).toHaveLength(1)
})

test('a message to a conversation of another agent is refused', async () => {
  const [one, other] = [await world.createAgent(), await world.createAgent()]
  const { id: conversation } = await world.context.conversations.create(other)
  await expect(world.send(one, 'Hello', { conversation })).rejects.toThrow(
    'There is no conversation',
  )
})

test('the default conversation goes only with its agent', async () => {
  const agent = await world.createAgent()
  const { items } = await world.context.conversations.list(agent, { limit: 9 })
  const [own] = items
  await expect(world.context.conversations.delete(own?.id ?? '')).rejects.toThrow('default')
})

test('an exported agent comes back with its conversations, also after one was deleted', async () => {
  const { conversations, transfer } = world.context
  const agent = await world.createAgent()
  const kept = await conversations.create(agent, 'Kept')
  const gone = await conversations.create(agent, 'Gone')
  world.provider.respondWith(() => speak('Hm.'))
  await world.talk(agent, 'A', { conversation: gone.id })
  await world.talk(agent, 'B')
  await world.talk(agent, 'C', { conversation: kept.id })
  await conversations.delete(gone.id)
  const { text } = await transfer.export(agent)
  const { agentId } = await transfer.import(text)
  const copies = (await conversations.list(agentId, { limit: 9 })).items
  expect(copies.map(({ title }) => title)).toEqual(['Kept', ''])
  const [copy] = copies
  await world.talk(agentId, 'D', { conversation: copy?.id })
  expect(userLines(world.request())).toEqual(['C', 'D'])
  await world.talk(agentId, 'E')
  expect(userLines(world.request())).toEqual(['B', 'E'])
})
