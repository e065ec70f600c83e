import Database from 'better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { startServe } from '../support/connect.ts'
import { newHome, removeHomes, withoutKey } from './support.ts'

afterAll(removeHomes)

it('a server reports its health, and nothing private', async () => {
  const home = newHome()
  const serving = await startServe({ ...withoutKey(home), RECOLLECT_TOKEN: 'correct-horse' })
  const url = serving.url.replace('/mcp', '/health')
  const well = await fetch(url)
  expect(well.status).toBe(200)
  expect(well.headers.get('cache-control')).toBe('no-store')
  expect(await well.json()).toEqual({
    status: 'ok',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    schema_version: expect.any(Number),
    database: 'ok',
  })
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)

  const database = new Database(`${home}/recollect.db`)
  database.exec('ALTER TABLE schema_version RENAME TO elsewhere')
  database.close()
  // Its last answer counts for a second.
  await expect.poll(async () => (await fetch(url)).status, { timeout: 15_000 }).toBe(503)
  const ill = await fetch(url)
  expect(await ill.json()).toEqual({
    status: 'unavailable',
    version: expect.any(String),
    database: 'no answer',
  })
  await serving.stop()
})
