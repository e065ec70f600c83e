import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { Schedule } from '../../src/core/schedule.ts'
import { nextTime } from '../../src/schedules/next-time.ts'
import { say } from '../support/scripted-provider.ts'
import { startWorld, type World } from './support.ts'
import { createTeam } from './team-support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const PATIENCE = { timeout: 15_000 }
const soon = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString()
const runsOf = async () => (await world.context.runs.list({ agent: 'Ann', limit: 100 })).items
const scopes = ['read', 'chat', 'write', 'admin'] as const

async function ann(): Promise<string> {
  const team = await createTeam(world, { Ann: { tools: [], script: () => say('Good morning.') } })
  return team.Ann ?? ''
}

test('a message is sent once at its time, by one of two servers', async () => {
  await ann()
  const other = await world.openAnother()
  const given = { agent: 'Ann', message: 'Wake up', at: soon(800), scopes }
  const { id } = await world.context.schedules.create(given)
  await expect.poll(async () => (await runsOf())[0]?.status, PATIENCE).toBe('completed')
  const schedule = await world.context.schedules.get(id)
  const [run] = await runsOf()
  expect(schedule).toMatchObject({ nextAt: null, lastRunId: run?.id, error: null })
  expect(run).toMatchObject({ sender: 'system', input: 'Wake up', parentRunId: null })
  expect(world.request().messages.at(-1).content).toContain('<message from="server">\nWake up')
  await other.close()
  expect(await runsOf()).toHaveLength(1)
})

/** As one that was created long ago. */
async function insertDue(given: Partial<Schedule>): Promise<Schedule> {
  const agentId = (await world.context.agents.find('Ann')).id
  const schedule: Schedule = {
    ...{ id: newId('schedule'), agentId, message: 'Report', cron: null, timezone: 'UTC' },
    ...{ nextAt: soon(-3 * 3_600_000), lastAt: null, lastRunId: null, error: null },
    ...{ scopes, createdAt: soon(-9_000_000) },
    ...given,
  }
  const app = await world.openAnother()
  await app.storage.in('default').transaction((tx) => tx.schedules.insert(schedule))
  await app.close()
  return schedule
}

test('what was missed many times is sent once, and then in its rhythm', async () => {
  await ann()
  const { id } = await insertDue({ cron: '*/10 * * * *' })
  await expect.poll(async () => (await runsOf()).length, PATIENCE).toBe(1)
  await world.restart()
  const { nextAt } = await world.context.schedules.get(id)
  expect(Date.parse(nextAt ?? '')).toBeGreaterThan(Date.now())
  expect(nextAt).toMatch(/T\d\d:\d0:00\.000Z$/)
  expect(await runsOf()).toHaveLength(1)
})

test('a time is left out while the run of the time before is not over', async () => {
  await ann()
  world.hold()
  const id = await world.send('Ann', 'Something long')
  const schedule = await insertDue({ cron: '0 0 1 1 *', lastRunId: id })
  const problem = async () => (await world.context.schedules.get(schedule.id)).error
  await expect.poll(problem, PATIENCE).toContain('is not over')
  world.release()
  await world.end(id)
  expect(await runsOf()).toHaveLength(1)
})

test('an agent that became a template gets no message, and the schedule says why', async () => {
  await ann()
  await world.context.agents.update('Ann', { tags: ['template'] })
  const { id } = await insertDue({})
  const told = async () => (await world.context.schedules.get(id)).error
  await expect.poll(told, PATIENCE).toContain('is a template')
  expect(await runsOf()).toEqual([])
})

test('times that cannot be are refused, and an agent takes its schedules along', async () => {
  const id = await ann()
  const { schedules } = world.context
  const create = (when: object) =>
    schedules.create({ agent: 'Ann', message: 'Hi', scopes, ...when })
  await expect(create({})).rejects.toThrow('either at')
  await expect(create({ at: '2100-01-01', cron: '* * * * *' })).rejects.toThrow('either at')
  await expect(create({ at: '2020-01-01T08:00' })).rejects.toThrow('is over')
  await expect(create({ cron: '61 * * * *' })).rejects.toThrow('no cron expression')
  await expect(create({ cron: '* * * * * *' })).rejects.toThrow('no cron expression')
  await expect(create({ cron: '0 0 30 2 *' })).rejects.toThrow('never comes')
  await expect(create({ cron: '0 9 * * *', timezone: 'Mars/Base' })).rejects.toThrow('time zone')
  const made = await create({ at: '2100-07-01T08:00', timezone: 'Europe/Berlin' })
  expect(made.nextAt).toBe('2100-07-01T06:00:00.000Z')
  await world.context.agents.delete(id)
  await expect(schedules.get(made.id)).rejects.toThrow('There is no schedule')
})

test('cron counts by the clocks of its zone, over a change of clocks', async () => {
  const next = (after: string) => nextTime('30 8 * * *', 'Europe/Berlin', Date.parse(after))
  expect(await next('2026-03-28T12:00:00Z')).toBe('2026-03-29T06:30:00.000Z')
  expect(await next('2026-03-27T12:00:00Z')).toBe('2026-03-28T07:30:00.000Z')
})
