import { rename, rm, utimes } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { zip } from './files.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

/* A folder that is loaded again: the present is searched, and the past by date. */

let world: LoadWorld
/** Each test has an agent of its own, and a folder of that name. */
let agent = ''
let tests = 0
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
beforeEach(async () => {
  tests += 1
  agent = `Agent ${tests}`
  await world.server.answer('create_agent', { name: agent })
})
afterAll(() => world.close())

const inFolder = (name: string) => `${world.folder}/${agent}/${name}`

/** Writes a file as it was changed at that time. */
async function putAt(name: string, content: string | Uint8Array, time: string): Promise<void> {
  const path = await world.put(`${agent}/${name}`, content)
  await utimes(path, new Date(time), new Date(time))
}

const loadFolder = (more: object = {}) => world.load({ agent, path: inFolder('notes'), ...more })

async function find(args: object): Promise<readonly string[]> {
  const { passages } = await world.server.answer('search_archival', {
    ...{ agent, limit: 50, ...args },
  })
  return passages.map(({ text }: { readonly text: string }) => text).toSorted()
}

test('a changed file supersedes its passages, and the past is found by date', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await putAt('notes/tide.md', 'Low tide is at noon.', '2026-01-01')
  await loadFolder()
  await putAt('notes/key.md', 'The key is in the shed.', '2026-03-01')
  const { report } = await loadFolder()
  expect(report).toMatch(
    /^Took 1 passage from 2 files\.\n1 passage of earlier versions is superseded\./,
  )
  expect(await find({ query: 'key' })).toEqual(['The key is in the shed.'])
  expect(await find({ query: 'key', as_of: '2026-02-01' })).toEqual(['The key is under the pot.'])
  expect(await find({ query: 'key', include_superseded: true })).toHaveLength(2)
  const { passages } = await world.server.answer('search_archival', {
    ...{ agent, query: 'pot', include_superseded: true },
  })
  expect(passages[0].superseded_by).toMatch(/^passage-/)
})

test('what stays in a changed file stays one passage, and the order is that of the file', async () => {
  const section = (name: string) => `# ${name}\n\n${`All about ${name}. `.repeat(20)}`
  await putAt('notes/a.md', [section('One'), section('Three')].join('\n\n'), '2026-01-01')
  await loadFolder()
  await putAt(
    'notes/a.md',
    [section('Zero'), section('One'), section('Two'), section('Three')].join('\n\n'),
    '2026-02-01',
  )
  const { report } = await loadFolder()
  expect(report).toMatch(/^Took 2 passages from 1 file\.\n2 entries were there already\.$/)
  const { passages: found } = await world.server.answer('search_archival', {
    agent,
    query: 'One',
  })
  const { passages } = await world.server.answer('search_archival', {
    ...{ agent, passage_id: found[0].id },
  })
  const headings = passages.map(({ text }: { readonly text: string }) => text.split('\n')[0])
  expect(headings).toEqual(['Zero', 'One', 'Two', 'Three'])
})

test('a deleted file is retired, and comes back when it does', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await putAt('notes/tide.md', 'Low tide is at noon.', '2026-01-01')
  await loadFolder()
  await rm(inFolder('notes/key.md'))
  const { report } = await loadFolder()
  expect(report).toMatch(/1 passage whose text is gone is retired\./)
  expect(await find({})).toEqual(['Low tide is at noon.'])
  expect(await find({ query: 'key', as_of: '2026-02-01' })).toEqual(['The key is under the pot.'])
  expect(await find({ query: 'key', include_superseded: true })).toHaveLength(1)
  expect((await loadFolder()).report).not.toMatch(/retired/)
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await loadFolder()
  expect(await find({ query: 'key' })).toEqual(['The key is under the pot.'])
})

test('a renamed file is found once now, and once in the past', async () => {
  await putAt('notes/old.md', 'The anchor weighs nine kilos.', '2026-01-01')
  await loadFolder()
  await rename(inFolder('notes/old.md'), inFolder('notes/new.md'))
  await loadFolder()
  const now = await world.server.answer('search_archival', { agent, query: 'anchor' })
  expect(now.passages.map(({ source }: { readonly source: string }) => source)).toEqual([
    'notes/new.md',
  ])
  const then = await world.server.answer('search_archival', {
    agent,
    query: 'anchor',
    as_of: '2026-02-01',
  })
  expect(then.passages.map(({ source }: { readonly source: string }) => source)).toEqual([
    'notes/old.md',
  ])
})

test('a file that a zip has no longer is retired with its folder', async () => {
  await putAt('notes/all.zip', zip({ 'a.md': 'Alpha sails.', 'b.md': 'Beta sails.' }), '2026-01-01')
  await loadFolder()
  await putAt('notes/all.zip', zip({ 'a.md': 'Alpha sails.' }), '2026-02-01')
  await loadFolder()
  expect(await find({})).toEqual(['Alpha sails.'])
  await rm(inFolder('notes/all.zip'))
  await loadFolder()
  expect(await find({})).toEqual([])
})

test('a text that was put back is the present again', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await loadFolder()
  await putAt('notes/key.md', 'The key is in the shed.', '2026-02-01')
  await loadFolder()
  await putAt('notes/key.md', 'The key is under the pot.', '2026-03-01')
  await loadFolder()
  expect(await find({})).toEqual(['The key is under the pot.'])
  expect(await find({ as_of: '2026-02-15' })).toContain('The key is in the shed.')
})

test('a file that is as it was is not read again, but if its passages are gone', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await putAt('notes/tide.md', 'Low tide is at noon.', '2026-01-01')
  await loadFolder()
  // By its size and time it is the same.
  await putAt('notes/key.md', 'The key is under the cat.', '2026-01-01')
  expect((await loadFolder()).report).toBe(
    'Took nothing new from 2 files.\n2 entries were there already.',
  )
  expect(await find({ query: 'key' })).toEqual(['The key is under the pot.'])
  const { passages } = await world.server.answer('search_archival', { agent, query: 'tide' })
  await world.server.answer('delete_archival', { agent, passage_id: passages[0].id })
  expect((await loadFolder()).report).toMatch(/^Took 1 passage from 2 files\./)
  expect(await find({ query: 'tide' })).toEqual(['Low tide is at noon.'])
})

test('another folder of the same name replaces nothing, and a moved one is the same', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await loadFolder()
  await putAt('other/notes/key.md', 'A key of another house.', '2026-01-02')
  const path = inFolder('other/notes')
  expect((await world.load({ agent, path })).report).toMatch(
    /a document of that name from elsewhere/,
  )
  expect(await find({})).toEqual(['The key is under the pot.'])
  expect((await world.load({ agent, path, name: 'house' })).report).toMatch(/^Took 1 passage/)
  await rename(inFolder('notes'), inFolder('moved'))
  const moved = await world.load({ agent, path: inFolder('moved'), name: 'notes' })
  expect(moved.report).toMatch(/^Took nothing new from 1 file/)
  expect(await find({})).toHaveLength(2)
})

test('what an agent or a person stored stays, and so does what was sent', async () => {
  await world.server.answer('insert_archival', {
    agent,
    text: 'My own thought.',
    source: 'diary',
  })
  await world.load({ agent, text: 'A sent text.', name: 'sent' })
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await loadFolder()
  await rm(inFolder('notes/key.md'))
  await loadFolder()
  expect(await find({})).toEqual(['A sent text.', 'My own thought.'])
})

test('a folder that is gone as a whole retires nothing', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  await loadFolder()
  await rm(inFolder('notes'), { recursive: true })
  const refusal = await world.server.refusal('load', {
    agent,
    path: inFolder('notes'),
  })
  expect(refusal.message).toMatch(/no file or folder/)
  expect(await find({})).toHaveLength(1)
})

test('a folder is watched on the server until the job is cancelled', async () => {
  await putAt('notes/key.md', 'The key is under the pot.', '2026-01-01')
  const watching = { agent, path: inFolder('notes'), watch: true }
  const { job } = await world.server.answer('load', watching)
  const current = async () =>
    (await world.server.answer('list_jobs', { job_id: job.job_id })).jobs[0]
  await vi.waitFor(async () => expect(await current()).toMatchObject({ status: 'waiting' }), {
    ...{ timeout: 60_000, interval: 50 },
  })
  expect(await find({})).toEqual(['The key is under the pot.'])
  const again = await world.server.answer('load', watching)
  expect(again.job.job_id).toBe(job.job_id)
  await world.server.answer('cancel_job', { job_id: job.job_id })
  expect(await current()).toMatchObject({ status: 'cancelled' })
})

test.each([
  ['a text', { text: 'x' }, /Only a file or folder/],
  ['blocks', { into: 'blocks' }, /Only what goes into the archive/],
  ['a plan', { dry_run: true }, /A plan is made once/],
])('%s can not be watched', async (_, args, message) => {
  const path = await world.put(`${agent}/notes/a.md`, 'x')
  const origin = 'text' in args ? {} : { path }
  const refusal = await world.server.refusal('load', {
    agent,
    watch: true,
    ...origin,
    ...args,
  })
  expect(refusal.message).toMatch(message)
})
