import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LoadWorld, startLoadWorld } from './world.ts'

let world: LoadWorld
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
afterAll(() => world.close())

const FILES = 60

test('a caller with a progress token hears how far it is, and gets the report', async () => {
  for (let file = 0; file < FILES; file += 1) await world.put(`many/${file}.md`, `Note ${file}.`)
  const heard: { readonly progress: number; readonly message?: string | undefined }[] = []
  const { data } = await world.server.client.call(
    'load',
    { agent: 'Ada', path: `${world.folder}/many` },
    { onProgress: (note) => heard.push(note) },
  )
  expect(data.job).toMatchObject({ status: 'completed', total: FILES, done: FILES })
  expect(data.job.report).toMatch(/^Took 60 passages from 60 files/)
  expect(heard.length).toBeGreaterThan(0)
  for (const { message } of heard) expect(message).toMatch(/^\d+ of 60 files(, \d+ passages?)?$/)
  expect(heard.at(-1)?.message).toBe('60 of 60 files, 60 passages')
  const steps = heard.map(({ progress }) => progress)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
}, 60_000)

test('any other caller gets its job at once', async () => {
  const { job } = await world.server.answer('load', { agent: 'Ada', text: 'Only this.', name: 'x' })
  expect(job.completed_at).toBeUndefined()
})
