import { afterAll, beforeAll, expect, it } from 'vitest'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { callTool, say } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Groups, schedules and hand-off as a client of MCP sees them. */

let server: RealServer
const ids: Record<string, string> = {}

beforeAll(async () => {
  server = await startRealServer(TOOLSETS)
  for (const name of ['Triage', 'Support', 'Mia', 'Tom']) {
    const tools = name === 'Triage' ? ['hand_off'] : []
    const agent = { name, persona: `I am ${name}.`, agent_type: 'letta_v1_agent', tools }
    ids[name] = (await server.answer('create_agent', agent)).agent.id
  }
  server.provider.respondWith(({ messages }) => {
    const [system, last] = [messages[0].content, messages.at(-1).content]
    if (!system.includes('I am Triage.')) return say(/I am (\w+)\./.exec(system)?.[1] ?? '?')
    return last.includes('refund')
      ? callTool('hand_off', { agent: 'Support', brief: 'A refund.' })
      : say('Triage')
  })
}, 60_000)
afterAll(() => server.close())

const talk = async (agent: string, message: string, more: object = {}) =>
  server.answer('send_message', { agent, message, ...more })

it('send_message says who answered, and get_agent where the conversation is', async () => {
  const run = await talk('Triage', 'I want a refund')
  const support = { agent_id: ids.Support, name: 'Support' }
  expect(run).toMatchObject({ agent_id: ids.Triage, reply: 'Support', answered_by: support })
  expect(await server.answer('get_run', { run_id: run.run_id })).toMatchObject({
    answered_by: support,
  })
  expect((await server.answer('get_agent', { agent: 'Triage' })).agent.route).toMatchObject(support)
  const pinned = await server.connect({ toolsets: TOOLSETS, agent: 'Triage' })
  const told = JSON.stringify([
    (await pinned.call('send_message', { message: 'And now?' })).data,
    (await pinned.call('get_run', { run_id: run.run_id, include_steps: true })).data.answered_by,
    (await pinned.call('get_agent', {})).data.agent.route,
    (await pinned.call('search_conversation', { query: 'Support' })).data.messages.map(
      (one: object) => Object.keys(one),
    ),
  ])
  expect(told).not.toContain('answered_by')
  expect(told).not.toContain(ids.Support)
  await pinned.close()
  const back = await talk('Triage', 'Triage, please', { take_back: true })
  expect(back.reply).toBe('Triage')
  expect(back.answered_by).toBeUndefined()
  expect((await server.answer('get_agent', { agent: 'Triage' })).agent.route).toBeUndefined()
})

it('a group is created, messaged, read, exported, imported and deleted', async () => {
  const given = { name: 'Pair', manager: 'Mia', members: ['Tom'], max_turns: 4 }
  const { group, warnings } = await server.answer('create_group', given)
  expect(group).toMatchObject({
    ...{ name: 'Pair', kind: 'supervisor', max_turns: 4 },
    manager: { agent_id: ids.Mia, name: 'Mia' },
    members: [{ agent_id: ids.Tom, name: 'Tom' }],
  })
  expect(warnings.join()).toContain('had no tool to delegate with')
  const { group_id } = group
  expect(await talk(group_id, 'Hello')).toMatchObject({ agent_id: ids.Mia, reply: 'Mia' })
  await server.expectSame(`recollect://groups/${group_id}`, 'list_groups', { group_id })
  const { text } = await server.answer('export_agent', { agent: group_id })
  const copy = await server.answer('import_agent', { text })
  expect(copy.group).toMatchObject({ name: 'Pair', max_turns: 4 })
  expect((await server.answer('list_groups')).groups).toHaveLength(2)
  expect((await server.refusal('delete_group', { group_id })).code).toBe('invalid_argument')
  expect(await server.answer('delete_group', { group_id, confirm: true })).toMatchObject({
    deleted: true,
    group_id,
  })
  const gone = { agent: group_id, message: 'Hello' }
  expect((await server.refusal('send_message', gone)).code).toBe('not_found')
})

it('a schedule is created, listed and deleted', async () => {
  const given = { agent: 'Tom', message: 'Good morning', cron: '0 8 * * *' }
  const { schedule } = await server.answer('create_schedule', { ...given, timezone: 'Asia/Tokyo' })
  expect(schedule).toMatchObject({ agent_id: ids.Tom, cron: '0 8 * * *', timezone: 'Asia/Tokyo' })
  expect(schedule.next_at).toMatch(/T23:00:00\.000Z$/)
  const { schedule_id } = schedule
  expect((await server.answer('list_schedules', { agent: 'Tom' })).schedules).toEqual([schedule])
  expect((await server.refusal('create_schedule', { ...given, cron: 'soon' })).message).toContain(
    'Give five fields',
  )
  await server.answer('delete_schedule', { schedule_id })
  expect((await server.refusal('delete_schedule', { schedule_id })).code).toBe('not_found')
})
