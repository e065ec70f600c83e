import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
beforeEach(async () => {
  server = await startRealServer(['core', 'memory'])
  await server.answer('create_agent', { name: 'Ada' })
  await server.answer('create_agent', { name: 'Bea' })
})
afterEach(() => server.close())

const insert = (agent: string, text: string, args: object = {}) =>
  server.answer('insert_archival', { agent, text, ...args })

async function texts(agent: string, args: object = {}): Promise<readonly string[]> {
  const { passages } = await server.answer('search_archival', { agent, ...args })
  return passages.map(({ text }: { text: string }) => text)
}

async function onlyArchive(agent: string) {
  const { archives } = await server.answer('list_archives', { agent })
  expect(archives).toHaveLength(1)
  return archives[0]
}

describe('archives', () => {
  it('of an agent are created by its first insert, as its default', async () => {
    expect((await server.answer('list_archives', { agent: 'Ada' })).archives).toEqual([])
    await insert('Ada', 'The kettle is red.')
    const { agent } = await server.answer('get_agent', { agent: 'Ada' })
    expect(await onlyArchive('Ada')).toEqual({
      id: expect.stringMatching(/^archive-/),
      name: 'Archive of Ada',
      description: '',
      passage_count: 1,
      superseded_count: 0,
      found_count: 0,
      agents: [agent.id],
      agent_count: 1,
      is_default: true,
      created_at: expect.stringMatching(/Z$/),
    })
  })

  it('of an agent with the longest name have a name within the limit', async () => {
    const name = `${'n'.repeat(127)}🐢`
    await server.answer('create_agent', { name })
    await insert(name, 'The kettle is red.')
    const own = await onlyArchive(name)
    expect(own.name).toBe(`Archive of ${'n'.repeat(117)}`)
    const copy = { agent: 'Ada', name: own.name }
    expect((await server.answer('create_archive', copy)).archive.name).toBe(own.name)
  })

  it('are shared by attaching them, and an agent without a default then writes there', async () => {
    await insert('Ada', 'The kettle is red.')
    const { id } = await onlyArchive('Ada')
    const { archive } = await server.answer('attach_archive', { agent: 'Bea', archive_id: id })
    expect(archive).toMatchObject({ id, agent_count: 2, is_default: true })
    expect(await texts('Bea', { query: 'kettle' })).toEqual(['The kettle is red.'])
    await insert('Bea', 'The pot is blue.')
    expect(await texts('Ada', { query: 'pot' })).toEqual(['The pot is blue.'])
    const again = { agent: 'Bea', archive_id: id }
    expect(await server.refusal('attach_archive', again)).toMatchObject({ code: 'conflict' })
  })

  it("that are attached do not replace an agent's default, unless asked", async () => {
    await insert('Ada', 'Ada alone knows this.')
    const own = await onlyArchive('Ada')
    const { archive } = await server.answer('create_archive', {
      name: 'Handbook',
      description: 'How things are done',
      agent: 'Bea',
    })
    expect(archive).toMatchObject({ name: 'Handbook', is_default: true, agent_count: 1 })
    const place = { agent: 'Ada', archive_id: archive.id }
    const attached = await server.answer('attach_archive', place)
    expect(attached.archive).toMatchObject({ is_default: false })
    await insert('Ada', 'Still private.')
    expect(await texts('Bea')).toEqual([])
    await insert('Ada', 'For the handbook.', { archive_id: archive.id })
    expect(await texts('Bea')).toEqual(['For the handbook.'])
    expect(await texts('Ada', { archive_id: own.id })).toEqual([
      'Still private.',
      'Ada alone knows this.',
    ])
    expect(await texts('Ada', { archive_id: archive.id, query: 'handbook private' })).toEqual([
      'For the handbook.',
    ])
    await server.answer('attach_archive', { ...place, is_default: true })
    await insert('Ada', 'Now there by itself.')
    expect(await texts('Bea')).toHaveLength(2)
  })

  it('can be attached without becoming the default of an agent that has none', async () => {
    const { archive } = await server.answer('create_archive', { name: 'Handbook' })
    expect(archive).toMatchObject({ agents: [], agent_count: 0 })
    expect(archive).not.toHaveProperty('is_default')
    const place = { agent: 'Ada', archive_id: archive.id, is_default: false }
    expect((await server.answer('attach_archive', place)).archive.is_default).toBe(false)
    await insert('Ada', 'Private.')
    const one = await server.answer('list_archives', { archive_id: archive.id })
    expect(one.archives).toMatchObject([{ id: archive.id, passage_count: 0, agent_count: 1 }])
    expect((await server.answer('list_archives')).archives).toHaveLength(2)
  })

  it('that are detached are kept, and the next insert makes a new default', async () => {
    await insert('Ada', 'The kettle is red.')
    const { id } = await onlyArchive('Ada')
    const place = { agent: 'Ada', archive_id: id }
    expect((await server.answer('detach_archive', place)).archive).toMatchObject({
      id,
      passage_count: 1,
      agents: [],
    })
    expect(await server.refusal('detach_archive', place)).toMatchObject({ code: 'not_found' })
    expect(await texts('Ada', { query: 'kettle' })).toEqual([])
    await insert('Ada', 'A new beginning.')
    expect((await onlyArchive('Ada')).id).not.toBe(id)
    await server.answer('attach_archive', place)
    expect(await texts('Ada', { query: 'kettle' })).toEqual(['The kettle is red.'])
  })

  it('that do not exist or belong to others are refused', async () => {
    await insert('Ada', 'The kettle is red.')
    const { id } = await onlyArchive('Ada')
    for (const archive_id of [newId('archive'), 'x', newId('agent')]) {
      for (const tool of ['attach_archive', 'detach_archive', 'list_archives', 'search_archival']) {
        const { code, message } = await server.refusal(tool, { agent: 'Ada', archive_id })
        expect([code, message]).toEqual(['not_found', expect.stringContaining('list_archives')])
      }
    }
    const foreign = { agent: 'Bea', archive_id: id }
    expect((await server.refusal('search_archival', foreign)).code).toBe('not_found')
    const writing = { ...foreign, text: 'x' }
    expect((await server.refusal('insert_archival', writing)).code).toBe('not_found')
    for (const name of ['', ' ']) {
      expect((await server.refusal('create_archive', { name })).code).toBe('invalid_argument')
    }
    const long = await server.refusal('create_archive', { name: 'x'.repeat(129) })
    expect(long.code).toBe('limit_exceeded')
  })

  it('keep the same text once each', async () => {
    const first = await insert('Ada', 'The kettle is red.')
    const { archive } = await server.answer('create_archive', { name: 'Handbook', agent: 'Ada' })
    const second = await insert('Ada', 'The kettle is red.', { archive_id: archive.id })
    expect(second.passages[0]).toMatchObject({ duplicate: false })
    expect(second.similar).toMatchObject([{ id: first.passages[0].id, similarity: 1 }])
    const again = await insert('Ada', 'The kettle is red.', { archive_id: archive.id })
    expect(again.passages[0]).toEqual({ ...second.passages[0], duplicate: true })
  })
})
