import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ReceivedRequest } from '../support/scripted-provider.ts'
import { callTool, fail, say } from '../support/scripted-provider.ts'
import { startWorld, toolResults, type World } from './support.ts'
import { createTeam, newest } from './team-support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

type Body = ReceivedRequest['body']
const HAND_OFF = 'hand_off'
const handTo = (agent: string, brief = 'They want a refund for order 7.') =>
  callTool(HAND_OFF, { agent, brief })
const asked = (body: Body) => newest(body).content
const runsOf = async (agent: string) =>
  (await world.context.runs.list({ agent, limit: 100 })).items.toReversed()
const routeOf = async (agent: string) => (await world.context.agents.get(agent)).route

/** Triage passes refunds to support, which hands back when it is told that all is well. */
const TEAM = {
  Triage: {
    tools: [HAND_OFF],
    script: (body: Body) =>
      /refund/.test(asked(body)) ? handTo('Support') : say('Triage here. Refund or sale?'),
  },
  Support: {
    tools: [HAND_OFF],
    script: (body: Body) =>
      /thank you/i.test(asked(body))
        ? callTool(HAND_OFF, { agent: 'Triage', brief: 'Refunded.' }, { text: 'Gladly.' })
        : say('This is Support. Your money is on its way.'),
  },
}

test('triage hands a conversation to support, which answers and hands back (E9)', async () => {
  const ids = await createTeam(world, TEAM)
  expect((await world.talk('Triage', 'Hello')).reply).toBe('Triage here. Refund or sale?')
  const first = await world.talk('Triage', 'I want a refund')
  expect(first.reply).toBe('This is Support. Your money is on its way.')
  const view = await world.context.runs.get(first.run.id)
  expect(view.answeredBy).toEqual({ agentId: ids.Support, name: 'Support' })
  expect(first.run).toMatchObject({
    agentId: ids.Triage,
    status: 'completed',
    stopReason: 'end_turn',
  })
  expect(await routeOf('Triage')).toMatchObject({ agentId: ids.Support, name: 'Support' })
  // The brief passes on, and not the conversation so far.
  const seen = world
    .request()
    .messages.map(({ content }: { content: string }) => content)
    .join('\n')
  expect(seen).toContain('Triage has handed this conversation to you')
  expect(seen).toContain('They want a refund for order 7.')
  expect(seen).toContain('I want a refund')
  expect(seen).not.toContain('Hello')

  const before = world.provider.requests.length
  const next = await world.talk('Triage', 'When will it come?')
  expect(next.reply).toBe('This is Support. Your money is on its way.')
  // Triage was not asked.
  expect(world.provider.requests.length - before).toBe(1)
  const [, passed] = await runsOf('Support')
  expect(passed).toMatchObject({
    parentRunId: next.run.id,
    sender: 'user',
    input: 'When will it come?',
  })

  const thanks = await world.talk('Triage', 'Thank you')
  expect(thanks.reply).toBe('Gladly.')
  expect(await routeOf('Triage')).toBeUndefined()
  expect((await world.talk('Triage', 'Hello again')).reply).toBe('Triage here. Refund or sale?')
  const told = world
    .request()
    .messages.map(({ content }: { content: string }) => content)
    .join('\n')
  expect(told).toContain('Support has handed this conversation back to you')
  expect(told).toContain(`agent_id="${ids.Support}" to="user">\nThis is Support.`)
})

test('agents that hand a message back and forth each get it once', async () => {
  await createTeam(world, {
    A: { tools: [HAND_OFF], script: () => handTo('B') },
    B: { tools: [HAND_OFF], script: () => handTo('C') },
    C: { tools: [HAND_OFF], script: () => handTo('A') },
  })
  const { run } = await world.talk('A', 'Whose is this?')
  expect(run.status).toBe('completed')
  expect(world.provider.requests).toHaveLength(3)
  expect(await routeOf('A')).toBeUndefined()
  await world.talk('A', 'And now?')
  expect(world.provider.requests).toHaveLength(6)
})

test('a person takes a conversation back, and the deletion of the other agent does', async () => {
  const ids = await createTeam(world, TEAM)
  await world.talk('Triage', 'I want a refund')
  const taken = await world.talk('Triage', 'Let me talk to triage', { takeBack: true })
  expect(taken.reply).toBe('Triage here. Refund or sale?')
  expect(await routeOf('Triage')).toBeUndefined()
  await world.talk('Triage', 'Still the refund')
  await world.context.agents.delete(ids.Support ?? '')
  expect((await world.talk('Triage', 'Anybody?')).reply).toBe('Triage here. Refund or sale?')
})

test('a hand-off to an agent that fails leaves the conversation where it was', async () => {
  await createTeam(world, {
    Triage: {
      tools: [HAND_OFF],
      script: (body) =>
        newest(body).role === 'tool'
          ? say(`It did not work: ${toolResults(body).at(-1)}`)
          : handTo(asked(body).includes('nobody') ? 'Nobody' : 'Support'),
    },
    Support: { tools: [], script: () => fail(401, { error: { message: 'no' } }) },
  })
  expect((await world.talk('Triage', 'Refund')).reply).toContain('The turn of Support failed')
  expect(await routeOf('Triage')).toBeUndefined()
  expect((await world.talk('Triage', 'nobody')).reply).toContain('No agent is named')
})

test('a passed-on message survives a restart, and its approvals and its end show where it was sent', async () => {
  await createTeam(world, TEAM)
  await world.talk('Triage', 'I want a refund')
  world.hold()
  const id = await world.send('Triage', 'When?', { idempotencyKey: 'once' })
  const isParked = async () => (await world.context.runs.get(id)).run.waitingFor
  await expect.poll(isParked, { timeout: 15_000 }).toBe('agent')
  await world.restart()
  expect(await world.send('Triage', 'When?', { idempotencyKey: 'once' })).toBe(id)
  await world.context.runs.cancel(id)
  world.release()
  await expect.poll(async () => (await runsOf('Support')).at(-1)?.status).toBe('cancelled')
  expect((await world.talk('Triage', 'When?')).reply).toContain('This is Support')
})

test('only a conversation with a user is handed off', async () => {
  await createTeam(world, {
    Ann: {
      tools: ['send_message_to_agent_and_wait_for_reply'],
      script: (body) =>
        newest(body).role === 'tool'
          ? say(toolResults(body).at(-1) ?? '')
          : callTool('send_message_to_agent_and_wait_for_reply', {
              message: 'A refund',
              other_agent_id: 'Triage',
            }),
    },
    Triage: {
      tools: [HAND_OFF],
      script: (body) =>
        newest(body).role === 'tool' ? say(toolResults(body).at(-1) ?? '') : handTo('Support'),
    },
    Support: { tools: [], script: () => say('?') },
  })
  expect((await world.talk('Ann', 'Ask')).reply).toContain('Only a conversation with a user')
  expect(await runsOf('Support')).toEqual([])
})
