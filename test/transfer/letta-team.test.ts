import { afterEach, beforeEach, expect, test } from 'vitest'
import { startWorld, type World } from '../agent/support.ts'
import { callTool, say } from '../support/scripted-provider.ts'
import { withoutIds } from './support.ts'

let here: World
let there: World
beforeEach(async () => {
  here = await startWorld()
  there = await startWorld()
})
afterEach(async () => {
  await here.close()
  await there.close()
})

async function someTeam() {
  const { context } = here
  const common = { agentType: 'letta_v1_agent' } as const
  await here.createAgent({ ...common, name: 'Mia', blocks: [{ label: 'plan', value: 'Sail.' }] })
  await here.createAgent({ ...common, name: 'Ines' })
  await here.createAgent({ ...common, name: 'Tom', tools: ['memory_replace'] })
  const plan = (await context.memory.read('Mia', 'plan')).blocks[0]?.block
  if (!plan) throw new Error('no block')
  for (const name of ['Ines', 'Tom']) await context.agents.attachBlock(name, plan.id)
  const given = { name: 'Boats', manager: 'Mia', members: ['Ines', 'Tom'], maxTurns: 7 }
  return (await context.groups.create(given)).group
}

/** Without what may differ between a file and one of the agents that were made from it. */
function plain(text: string) {
  const { created_at: _, ...file } = withoutIds(text) as Record<string, unknown>
  return file
}

test('a team is one file of Letta, with its shared block once, and comes back equal', async () => {
  const { id } = await someTeam()
  here.provider.enqueue(
    callTool('memory_replace', { label: 'plan', old_string: 'Sail.', new_string: 'Row.' }),
    say('Changed.'),
  )
  await here.talk('Tom', 'Change the plan.')
  const text = await here.context.transfer.exportLetta(id)
  const file = JSON.parse(text)
  expect(file.agents.map(({ name }: { name: string }) => name)).toEqual(['Mia', 'Ines', 'Tom'])
  expect(file.groups).toEqual([
    {
      ...{ id: 'group-0', agent_ids: ['agent-1', 'agent-2'], description: 'Boats' },
      manager_config: { manager_type: 'supervisor', manager_agent_id: 'agent-0' },
      ...{ shared_block_ids: [], project_id: null, hidden: null },
    },
  ])
  const plans = file.blocks.filter(({ label }: { label: string }) => label === 'plan')
  expect(plans).toMatchObject([{ value: 'Row.' }])
  for (const agent of file.agents) expect(agent.block_ids).toContain(plans[0].id)
  const ids = file.agents.flatMap((one: { messages: { id: string }[] }) => one.messages)
  expect(new Set(ids.map((one: { id: string }) => one.id)).size).toBe(ids.length)
  const { groupId = '', agentIds } = await there.context.transfer.import(text)
  expect(plain(await there.context.transfer.exportLetta(groupId))).toEqual(plain(text))
  const copy = await there.context.groups.get(groupId)
  expect(copy.group).toMatchObject({ name: 'Boats', maxTurns: 7, managerId: agentIds[0] })
})

test('a team that Letta wrote, or that somebody changed, is a team here', async () => {
  const { id } = await someTeam()
  const { recollect: _, ...file } = JSON.parse(await here.context.transfer.exportLetta(id))
  file.agents[0].tool_ids = []
  file.groups[0].agent_ids.push('agent-9')
  file.groups.push({
    ...{ id: 'group-1', agent_ids: ['agent-1'] },
    manager_config: { manager_type: 'round_robin' },
  })
  const { groupId = '', warnings } = await there.context.transfer.import(JSON.stringify(file))
  expect(warnings).toEqual([
    expect.stringContaining('"Boats" names 1 agents that are not in the file'),
    expect.stringContaining('"round_robin" with 1 members was not imported'),
  ])
  const { group, members } = await there.context.groups.get(groupId)
  expect(members.map(({ name }) => name)).toEqual(['Ines', 'Tom'])
  const manager = await there.context.agents.get(group.managerId)
  expect(manager.agent.tools).toEqual(['send_message_to_agent_and_wait_for_reply'])
  const blocks = await there.context.memory.read(group.managerId, 'plan')
  expect(blocks.blocks[0]?.sharedWith).toHaveLength(2)
  there.provider.enqueue(say('Ready.'))
  expect((await there.talk(groupId, 'Ready?')).reply).toBe('Ready.')
})
