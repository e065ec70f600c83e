import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { countStatements } from '../support/count-statements.ts'
import { callTool, callTools, say } from '../support/scripted-provider.ts'
import { startWorld, systemText, toolResults, type World } from './support.ts'
import { createTeam, newest, WAIT } from './team-support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const ask = (name: string) => ({
  name: WAIT,
  arguments: { message: `Write about your part, ${name}`, other_agent_id: name },
})

test('a message to a group is answered by its manager, with the parts of the members', async () => {
  await createTeam(world, {
    Mia: {
      tools: [],
      script(body) {
        if (newest(body).role === 'tool')
          return say(
            toolResults(body)
              .map((one) => JSON.parse(one).reply)
              .join(' + '),
          )
        return callTools([ask('Ines'), ask('Tom')])
      },
    },
    Ines: { tools: [], script: () => say('Sails') },
    Tom: { tools: [], script: () => say('Masts') },
  })
  const members = ['Ines', 'Tom']
  const made = await world.context.groups.create({ name: 'Boats', manager: 'Mia', members })
  expect(made.gave).toBe(WAIT)
  const { reply, run, messages } = await world.talk(made.group.id, 'A text about boats')
  expect(reply).toBe('Sails + Masts')
  expect(run.agentId).toBe(made.group.managerId)
  const [note, asked] = messages
  expect(note).toMatchObject({ role: 'system', sender: { kind: 'server' } })
  expect(note?.role === 'system' && note.text).toContain(`- Ines (${made.members[0]?.id})`)
  expect(asked).toMatchObject({ role: 'user', text: 'A text about boats' })
  // In a conversation of its own: the manager's users see nothing of it.
  expect(await world.context.recall.list('Mia', 10)).toSatisfy(
    (all: readonly { conversationId: string }[]) =>
      all.every(({ conversationId }) => conversationId === run.conversationId),
  )
  const other = await world.createAgent({ name: 'Zoe' })
  expect((await world.context.groups.list({ limit: 10, agent: other })).items).toEqual([])
  expect((await world.context.groups.list({ limit: 10, agent: 'Tom' })).items).toHaveLength(1)
})

test('the manager of a group sends no more messages than the group allows', async () => {
  await createTeam(world, {
    Mia: {
      tools: [WAIT],
      script(body) {
        const results = toolResults(body)
        if (results.at(-1)?.startsWith('Error')) return say(results.at(-1) ?? '')
        return callTool(WAIT, ask('Tom').arguments)
      },
    },
    Tom: { tools: [], script: () => say(`Yes. ${Math.random()}`) },
  })
  const group = { name: 'Two', manager: 'Mia', members: ['Tom'], maxTurns: 2 }
  const { group: made } = await world.context.groups.create(group)
  const { reply, run } = await world.talk(made.id, 'Ask him again and again')
  expect(reply).toContain('2 were sent')
  expect(run.warnings.join()).toContain('the group Two may lead to 2 messages')
  const { runs } = world.context
  const { items } = await runs.list({ agent: 'Tom', limit: 10 })
  expect(items).toHaveLength(2)
  const ofParent = async (more: object) =>
    (await runs.list({ parentRunId: run.id, limit: 10, ...more })).items.map(({ id }) => id)
  expect(await ofParent({})).toEqual(items.map(({ id }) => id))
  expect(await ofParent({ agent: 'Tom', status: 'completed' })).toHaveLength(2)
  expect(await ofParent({ agent: 'Mia' })).toEqual([])
  expect(await ofParent({ parentRunId: items[0]?.id })).toEqual([])
  await expect(runs.list({ parentRunId: newId('run'), limit: 10 })).rejects.toThrow('run-')
})

test('a list of groups is read in as many statements, however many agents they have', async () => {
  const count = countStatements()
  const read = async () => {
    count.reset()
    const { items } = await world.context.groups.list({ limit: 10 })
    const names = items.map(({ manager, members }) => [manager, members.length])
    return { names, statements: count.statements }
  }
  for (const name of ['Mia', 'Tom', 'Ines', 'Zoe', 'Bo']) await world.createAgent({ name })
  const { groups } = world.context
  await groups.create({ name: 'One', manager: 'Mia', members: ['Tom'] })
  const one = await read()
  await groups.create({ name: 'Two', manager: 'Tom', members: ['Mia', 'Ines', 'Zoe', 'Bo'] })
  const two = await read()
  expect(two.names).toEqual([
    ['Tom', 4],
    ['Mia', 1],
  ])
  expect(two.statements).toBe(one.statements)
})

test('agents message a group as an agent, and one that lost its members says so', async () => {
  const ids = await createTeam(world, {
    Ann: {
      tools: [WAIT],
      script: (body) =>
        newest(body).role === 'tool'
          ? say(toolResults(body).at(-1) ?? '')
          : callTool(WAIT, {
              message: 'Hello',
              other_agent_id: /group-[0-9a-f-]{36}/.exec(newest(body).content)?.[0],
            }),
    },
    Mia: { tools: [], script: (body) => say(systemText(body).length > 0 ? 'We are two.' : '') },
    Tom: { tools: [], script: () => say('?') },
  })
  const { group } = await world.context.groups.create({
    name: 'Two',
    manager: 'Mia',
    members: ['Tom'],
  })
  expect((await world.talk('Ann', `Greet ${group.id}`)).reply).toContain('"reply":"We are two."')
  await world.context.agents.delete(ids.Tom ?? '')
  await expect(world.talk(group.id, 'Hello')).rejects.toThrow('has no members left')
  await world.context.agents.delete(ids.Mia ?? '')
  await expect(world.talk(group.id, 'Hello')).rejects.toThrow('No group has the id')
})

test('a group that cannot be is refused', async () => {
  await createTeam(world, {
    Mia: { tools: [], script: () => say('') },
    Tom: { tools: [], script: () => say('') },
  })
  await world.createAgent({ name: 'Form', tags: ['template'] })
  const { groups } = world.context
  const create = (members: readonly string[]) =>
    groups.create({ name: 'G', manager: 'Mia', members })
  await expect(create(['Mia'])).rejects.toThrow('manager and member')
  await expect(create(['Form'])).rejects.toThrow('is a template')
  await expect(create(['Nobody'])).rejects.toThrow('No agent is named')
  expect((await groups.list({ limit: 10 })).items).toEqual([])
})
