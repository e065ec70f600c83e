import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
beforeAll(async () => {
  rest = await startRestWorld()
}, 60_000)
afterAll(() => rest.close())

test('enable_sleeptime gives an agent its companion, and is shown', async () => {
  const made = await rest.ask('POST', '/v1/agents/', { name: 'Ada', enable_sleeptime: true })
  expect(made.json).toMatchObject({ name: 'Ada', enable_sleeptime: true })
  const { id } = made.json
  const off = await rest.ask('PATCH', `/v1/agents/${id}`, { enable_sleeptime: false })
  expect(off.json.enable_sleeptime).toBe(false)
  const tags = (await rest.ask('GET', '/v1/agents/?tags=sleeptime')).json
  expect(tags).toHaveLength(1)
  const plain = await rest.ask('POST', '/v1/agents/', { name: 'Bob' })
  expect(plain.json.enable_sleeptime).toBeNull()
})
