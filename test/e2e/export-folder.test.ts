import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect, startServe } from '../support/connect.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* An agent as a folder for people and git, and back. */

const home = newHome()
const environment = { ...withoutKey(home), RECOLLECT_FILE_ROOTS: home, RECOLLECT_TOOLSETS: 'all' }
let serving: Awaited<ReturnType<typeof startServe>>
let client: Awaited<ReturnType<typeof connect>>
beforeAll(async () => {
  serving = await startServe(environment)
  client = await connect('v2-auto', { kind: 'http', url: serving.url })
  await fill()
}, 60_000)
afterAll(async () => {
  await client.close()
  await serving.stop()
  removeHomes()
})

/** Servers go on meanwhile. */
const exportTo = (folder: string, agent = 'Ada') =>
  runCommand(['export', agent, join(home, folder), '--format', 'markdown'], environment)

async function load(args: object): Promise<string> {
  const { data } = await client.call('load', { agent: 'Bea', ...args })
  return vi.waitFor(
    async () => {
      const { jobs } = (await client.call('list_jobs', { job_id: data.job.job_id })).data
      expect(jobs[0].status).toBe('completed')
      return jobs[0].report
    },
    { timeout: 20_000, interval: 100 },
  )
}

const KEY = 'sk-live-abcdefghijklmnop'
const PASSAGES = [
  {
    texts: [
      'The key is under the blue pot.',
      '# A heading\n\n## 2026-01-31T09:14:22.123Z\n\ntail\n',
    ],
    ...{ tags: ['home', 'with, comma'], source: 'notes/Keys.md', created_at: '2024-03-01' },
  },
  { texts: ['Low tide is at noon.'], source: 'tides', created_at: '2024-03-02T10:00:00Z' },
  { texts: ['Grandmother bakes on Sundays.'], tags: ['family'] },
  { texts: ['The pot of paint is green.'], source: 'Tides', expires_at: '2999-01-01' },
]
const QUERIES = ['key pot', 'tide', 'heading tail', 'Sundays grandmother', 'green paint', 'blue']

async function fill(): Promise<void> {
  await client.call('create_agent', { name: 'Ada', description: 'Keeps the house.' })
  await client.call('create_agent', { name: 'Bea' })
  for (const passages of PASSAGES)
    await client.call('insert_archival', { agent: 'Ada', ...passages })
  const old = await client.call('insert_archival', { agent: 'Ada', text: 'The tide is at nine.' })
  await client.call('insert_archival', {
    ...{ agent: 'Ada', text: 'The tide is at ten.', supersedes: old.data.passages[0].id },
  })
  const block = { label: 'house/rules', value: '\nNo shoes.\n', description: 'Rules', limit: 99 }
  await client.call('write_memory_block', { agent: 'Ada', ...block, read_only: true })
  await client.call('send_message', { agent: 'Ada', message: `Remember the ladder, not ${KEY}.` })
}

type Row = Readonly<Record<string, unknown>>

async function found(agent: string) {
  return Promise.all(
    QUERIES.map(async (query) => {
      const { data } = await client.call('search_archival', { agent, query })
      return data.passages.map(({ text, source, tags, created_at, expires_at }: Row) => ({
        ...{ text, source, tags, created_at, expires_at },
      }))
    }),
  )
}

describe('recollect export --format markdown', () => {
  it('gives a folder that a new agent gets back: the same is found, with source, tags and dates', async () => {
    const exported = await exportTo('ada')
    expect(exported, exported.stderr).toMatchObject({ code: 0, stdout: '' })
    const path = join(home, 'ada')
    expect(statSync(join(path, 'README.md')).mode & 0o077).toBe(0)
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toMatch(/Keeps the house\..*without 1 /s)

    expect(await load({ path })).toMatch(/^Took 7 passages from 4 files.\nLeft out 5:/)
    expect(await load({ path, name: 'again' })).toMatch(/^Took nothing new from 4 files/)
    expect(await load({ path, into: 'blocks' })).toMatch(/^Took 3 blocks from /)
    expect(await load({ path, into: 'conversation' })).toMatch(/^Took 2 messages from /)
    expect(await load({ path, into: 'conversation', name: 'again' })).toMatch(/^Took nothing new/)

    expect(await found('Bea')).toEqual(await found('Ada'))
    expect((await found('Bea')).every((some) => some.length > 0)).toBe(true)
    const read = async (agent: string) => {
      const { data } = await client.call('read_memory', { agent, label: 'house/rules' })
      const { value, description, limit, read_only } = data.blocks[0]
      return { value, description, limit, read_only }
    }
    expect(await read('Bea')).toEqual(await read('Ada'))
    const said = async (agent: string) => {
      const { data } = await client.call('search_conversation', { agent, query: 'ladder' })
      return data.messages.map(({ role, created_at }: Row) => ({ role, created_at }))
    }
    expect(await said('Bea')).toEqual(await said('Ada'))
  })

  it('has names and texts that stay, safe names, and no keys', async () => {
    await exportTo('one')
    await exportTo('two')
    const all = (folder: string) =>
      readdirSync(join(home, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .sort()
        .map((name) => [name, readFileSync(join(home, folder, name), 'utf8')] as const)
    expect(all('one')).toEqual(all('two'))
    expect(all('one').map(([name]) => name)).toEqual([
      'README.md',
      expect.stringMatching(/^blocks\/house-rules-[0-9a-f]{8}\.md$/),
      'blocks/human.md',
      'blocks/persona.md',
      expect.stringMatching(/^conversations\/\d{4}-\d\d-\d\d\.md$/),
      'passages/no source.md',
      expect.stringMatching(/^passages\/notes-keys\.md-[0-9a-f]{8}\.md$/),
      expect.stringMatching(/^passages\/tides-[0-9a-f]{8}\.md$/),
      'passages/tides.md',
    ])
    expect(JSON.stringify(all('one'))).not.toContain(KEY)
    expect(JSON.stringify(all('one'))).toContain('Remember the ladder')
  })

  it('replaces its earlier export, keeps what else is there, and refuses other folders', async () => {
    await exportTo('git')
    const folder = join(home, 'git')
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, '.git/HEAD'), 'mine')
    writeFileSync(join(folder, 'passages/mine.md'), 'my own note')
    const { data } = await client.call('search_archival', { agent: 'Ada', query: 'noon' })
    await client.call('delete_archival', { agent: 'Ada', passage_id: data.passages[0].id })
    expect(await exportTo('git')).toMatchObject({ code: 0 })
    expect(existsSync(join(folder, 'passages/tides.md'))).toBe(false)
    expect(readFileSync(join(folder, 'passages/mine.md'), 'utf8')).toBe('my own note')
    expect(readFileSync(join(folder, '.git/HEAD'), 'utf8')).toBe('mine')

    for (const [target, agent] of [
      ['git', 'Bea'],
      ['git/passages', 'Ada'],
      ['git/README.md', 'Ada'],
    ] as const) {
      const refused = await exportTo(target, agent)
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expectOneLine(refused)
    }
  })
})
