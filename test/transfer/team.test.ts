import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGroups } from '../../src/agent/groups/groups.ts'
import { groupConversation } from '../../src/core/group.ts'
import { newId } from '../../src/core/ids.ts'
import type { TestStorage } from '../support/own-database.ts'
import {
  at,
  insertAgent,
  openTestStorage,
  someArchive,
  someBlock,
  someMessage,
  somePassage,
  userSays,
} from '../support/stores.ts'
import { transferOf, withoutIds } from './support.ts'

let here: TestStorage
let there: TestStorage
beforeAll(async () => {
  here = await openTestStorage()
  there = await openTestStorage()
})
afterAll(async () => {
  await here.close()
  await there.close()
})

const groupsOf = ({ storage }: TestStorage) =>
  createGroups(storage.in('default'), () => Date.parse(at(10)))

async function someTeam() {
  const store = here.storage.in('default')
  const manager = await insertAgent(store, { name: 'Mia' })
  const members = [
    await insertAgent(store, { name: 'Ines' }),
    await insertAgent(store, { name: 'Tom' }),
  ]
  const all = [manager, ...members].map(({ id }) => id)
  const made = await groupsOf(here).create({
    name: 'Boats',
    manager: manager.id,
    members: members.map(({ id }) => id),
    maxTurns: 7,
  })
  await store.transaction(async (tx) => {
    const note = { author: { kind: 'client' }, at: at(1) } as const
    const plan = await tx.blocks.insert(someBlock({ label: 'plan', value: 'Sail.' }), note)
    for (const id of all) await tx.blocks.attach(id, plan, at(2))
    const agentId = members[0]?.id ?? manager.id
    const byMember = { kind: 'agent', agentId, runId: null, callId: null } as const
    await tx.blocks.update(plan, { value: 'Row.' }, { author: byMember, at: at(3) })
    const archive = someArchive({ name: 'Log' })
    await tx.archives.create(archive)
    for (const id of all.slice(1)) await tx.archives.attach(id, archive.id, true, at(4))
    const passage = somePassage(archive.id, { text: 'Wind from the west.' })
    const history = { supersededBy: null, expiresAt: null, foundCount: 0, lastFoundAt: null }
    await tx.passages.insertHistory([{ ...passage, position: 0, ...history }], at(4))
    const sender = {
      kind: 'agent',
      agentId: manager.id,
      name: 'Mia',
      runId: newId('run'),
      awaitsReply: true,
    } as const
    const body = { role: 'system', text: 'Which wind?', sender } as const
    await tx.messages.append(agentId, [someMessage({ body })])
    await tx.messages.append(
      manager.id,
      [userSays('To the group')],
      groupConversation(made.group.id),
    )
  })
  return made
}

it('a team is one file, from which it is made anew elsewhere', async () => {
  const made = await someTeam()
  const { text } = await transferOf(here.storage).export(made.group.id)
  const { groupId, agentId, agentIds } = await transferOf(there.storage).import(text)
  const copy = await groupsOf(there).get(groupId ?? '')
  expect(copy).toMatchObject({
    manager: 'Mia',
    members: [{ name: 'Ines' }, { name: 'Tom' }],
    group: { name: 'Boats', maxTurns: 7, managerId: agentId },
  })
  expect(copy.group.id).not.toBe(made.group.id)
  const again = (await transferOf(there.storage).export(groupId ?? '')).text
  expect(withoutIds(again)).toEqual(withoutIds(text))
  const store = there.storage.in('default')
  const conversation = groupConversation(copy.group.id)
  const [said] = await store.messages.since(copy.group.managerId, 1)
  expect(said).toMatchObject({ text: 'To the group', conversationId: conversation })
  // The manager that a member heard from is the new one.
  const [heard] = await store.messages.since(agentIds[1] ?? agentId, 1)
  expect(heard).toMatchObject({ sender: { agentId, name: 'Mia' } })
  // One block and one archive for all, and the member's edit is still the member's.
  const plans = await Promise.all(agentIds.map((id) => store.blocks.ofAgent(id)))
  expect(new Set(plans.flat().map(({ id }) => id)).size).toBe(1)
  const [plan] = plans.flat()
  const versions = plan ? await store.blocks.versionsAfter(plan.id, 0, 9) : []
  expect(versions.map(({ value, author }) => [value, author])).toMatchObject([
    ['Sail.', { kind: 'client' }],
    ['Row.', { kind: 'agent', agentId: agentIds[1] }],
  ])
  const archives = await Promise.all(
    agentIds.map(async (id) => (await store.archives.list({ agentId: id, limit: 9 })).items),
  )
  expect(archives.map((list) => list.length)).toEqual([0, 1, 1])
  expect(archives[1]?.[0]?.id).toBe(archives[2]?.[0]?.id)
})

it('a team whose agents do not agree on what they share is refused', async () => {
  const { group } = await someTeam()
  const file = JSON.parse((await transferOf(here.storage).export(group.id)).text)
  const count = async () =>
    (await there.storage.in('default').agents.list({ limit: 100 })).items.length
  const before = await count()
  const refused = async (change: (changed: typeof file) => void, reason: string) => {
    const changed = structuredClone(file)
    change(changed)
    const importing = transferOf(there.storage).import(JSON.stringify(changed))
    await expect(importing).rejects.toThrow(reason)
  }
  await refused((one) => {
    one.agents[1].blocks[0].versions[0].value = 'Swim.'
  }, 'differs from agent to agent')
  await refused((one) => {
    one.agents[1].archives.push({ ...one.agents[1].archives[0], is_default: false })
  }, 'stands twice')
  await refused((one) => {
    one.group.conversation = 9
  }, 'group.conversation')
  expect(await count()).toBe(before)
})

it('a team with a broken agent is refused as a whole', async () => {
  const store = there.storage.in('default')
  const [boss, one] = [
    await insertAgent(store, { name: 'A' }),
    await insertAgent(store, { name: 'B' }),
  ]
  const given = { name: 'Two', manager: boss.id, members: [one.id] }
  const { group } = await groupsOf(there).create(given)
  const transfer = transferOf(there.storage)
  const file = JSON.parse((await transfer.export(group.id)).text)
  const before = (await store.agents.list({ limit: 100 })).items.length
  const broken = { ...file, agents: [file.agents[0], { ...file.agents[1], messages: [{}] }] }
  await expect(transfer.import(JSON.stringify(broken))).rejects.toThrow('agents[1]')
  await expect(transfer.import(JSON.stringify({ ...file, version: 99 }))).rejects.toThrow('99')
  await expect(transfer.import(JSON.stringify({ ...file, agents: [] }))).rejects.toThrow('agents')
  expect((await store.agents.list({ limit: 100 })).items).toHaveLength(before)
  await expect(transfer.export('group-00000000-0000-4000-8000-000000000000')).rejects.toThrow(
    'No group has the id',
  )
})
