import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGroups } from '../../src/agent/groups/groups.ts'
import type { TestStorage } from '../support/own-database.ts'
import { at, insertAgent, openTestStorage } from '../support/stores.ts'
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

it('a team is one file, from which it is made anew elsewhere', async () => {
  const store = here.storage.in('default')
  const manager = await insertAgent(store, { name: 'Mia' })
  const members = [
    await insertAgent(store, { name: 'Ines' }),
    await insertAgent(store, { name: 'Tom' }),
  ]
  const made = await groupsOf(here).create({
    name: 'Boats',
    manager: manager.id,
    members: members.map(({ id }) => id),
    maxTurns: 7,
  })
  const { text } = await transferOf(here.storage).export(made.group.id)
  const { groupId, agentId } = await transferOf(there.storage).import(text)
  const copy = await groupsOf(there).get(groupId ?? '')
  expect(copy).toMatchObject({
    manager: 'Mia',
    members: [{ name: 'Ines' }, { name: 'Tom' }],
    group: { name: 'Boats', maxTurns: 7, managerId: agentId },
  })
  expect(copy.group.id).not.toBe(made.group.id)
  // The manager's conversation for the old group is an ordinary one of the new manager.
  const again = (await transferOf(there.storage).export(groupId ?? '')).text
  const members2 = (file: string) => (withoutIds(file) as { agents: object[] }).agents.slice(1)
  expect(members2(again)).toEqual(members2(text))
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
