import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { say } from '../support/scripted-provider.ts'
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

describe('a passage that supersedes another', () => {
  async function greenThenBlue() {
    const green = (await insert('Ada', 'Ann likes green.', { created_at: '2026-01-01' })).passages
    const args = { supersedes: green[0].id, created_at: '2026-02-01' }
    const blue = (await insert('Ada', 'Ann likes blue.', args)).passages
    return { green: green[0].id, blue: blue[0].id, args }
  }

  it('hides the old one from search, except on request', async () => {
    const { green, blue } = await greenThenBlue()
    for (const query of [undefined, 'what does Ann like']) {
      const filter = query === undefined ? {} : { query }
      expect(await texts('Ada', filter)).toEqual(['Ann likes blue.'])
      const { passages } = await server.answer('search_archival', {
        agent: 'Ada',
        ...filter,
        include_superseded: true,
      })
      const old = passages.find(({ id }: { id: string }) => id === green)
      expect(old).toMatchObject({ text: 'Ann likes green.', superseded_by: blue })
      expect(passages.find(({ id }: { id: string }) => id === blue)).not.toHaveProperty(
        'superseded_by',
      )
    }
    const { passages } = JSON.parse(
      (await server.client.read(`recollect://passages/${green}`)).text,
    )
    expect(passages[0].superseded_by).toBe(blue)
    const { archival } = await server.answer('inspect_context', { agent: 'Ada' })
    expect(archival).toEqual({ passages: 2, superseded: 1, found: 0, never_found: 2 })
  })

  it('takes effect once, however often the call is made', async () => {
    const { blue, args } = await greenThenBlue()
    const again = await insert('Ada', 'Ann likes blue.', args)
    expect(again.passages).toMatchObject([{ id: blue, duplicate: true }])
    expect(again.similar).toEqual([])
  })

  it('is refused where the old one was superseded before, and names the successor', async () => {
    const { green, blue } = await greenThenBlue()
    const late = { agent: 'Ada', text: 'Ann likes red.', supersedes: green }
    const { code, message } = await server.refusal('insert_archival', late)
    expect(code).toBe('conflict')
    expect(message).toContain(blue)
    expect(await texts('Ada', { include_superseded: true })).toHaveLength(2)
  })

  it('can be superseded in turn, also by the earlier text', async () => {
    const { green, blue } = await greenThenBlue()
    const back = await insert('Ada', 'Ann likes green.', { supersedes: blue })
    expect(back.passages).toMatchObject([{ id: green, duplicate: true }])
    expect(await texts('Ada')).toEqual(['Ann likes green.'])
  })

  it('must exist, say something else, be the agent’s own, and be replaced by one text', async () => {
    const { passages } = await insert('Bea', 'Bea likes green.')
    for (const supersedes of [newId('passage'), 'x', passages[0].id]) {
      const { code } = await server.refusal('insert_archival', {
        agent: 'Ada',
        text: 'x',
        supersedes,
      })
      expect(code).toBe('not_found')
    }
    const supersedes = passages[0].id
    const same = { agent: 'Bea', text: 'Bea likes green.', supersedes }
    expect((await server.refusal('insert_archival', same)).code).toBe('conflict')
    const two = { agent: 'Bea', texts: ['a', 'b'], supersedes }
    expect((await server.refusal('insert_archival', two)).code).toBe('invalid_argument')
    expect(await texts('Bea')).toEqual(['Bea likes green.'])
  })

  it('is stored in the archive of the old one, so that all who have it see the change', async () => {
    const { archive } = await server.answer('create_archive', { name: 'Handbook', agent: 'Bea' })
    const rule = await insert('Bea', 'Doors close at 5.')
    await insert('Ada', 'Private.')
    await server.answer('attach_archive', { agent: 'Ada', archive_id: archive.id })
    const supersedes = rule.passages[0].id
    const own = (await server.answer('list_archives', { agent: 'Ada' })).archives.find(
      ({ is_default }: { is_default: boolean }) => is_default,
    )
    const elsewhere = { agent: 'Ada', text: 'Doors close at 6.', supersedes, archive_id: own.id }
    expect((await server.refusal('insert_archival', elsewhere)).code).toBe('invalid_argument')
    await insert('Ada', 'Doors close at 6.', { supersedes })
    expect(await texts('Bea')).toEqual(['Doors close at 6.'])
  })

  it('makes the old one current again when it is deleted', async () => {
    const { blue } = await greenThenBlue()
    await server.answer('delete_archival', { agent: 'Ada', passage_id: blue })
    expect(await texts('Ada', { query: 'Ann' })).toEqual(['Ann likes green.'])
  })
})

describe('similar', () => {
  it('lists older passages that say nearly the same, or something else about the same subject', async () => {
    const old = await insert('Ada', 'The meeting is on Monday at 10', { created_at: '2026-01-01' })
    expect(old.similar).toEqual([])
    await insert('Ada', 'The kettle stands in the garden')
    const { passages, similar } = await insert('Ada', 'The meeting is on Tuesday at 11')
    expect(similar).toEqual([
      {
        id: old.passages[0].id,
        text: 'The meeting is on Monday at 10',
        created_at: '2026-01-01T00:00:00.000Z',
        similarity: expect.any(Number),
        likely: 'contradiction',
        age_days: Math.floor((Date.now() - Date.parse('2026-01-01')) / 86_400_000),
        similar_to: passages[0].id,
      },
    ])
    expect(similar[0].similarity).toBeGreaterThan(0.5)
    expect((await insert('Bea', 'The meeting is on Friday at 12')).similar).toEqual([])
  })

  it('tells a contradiction from a repetition', async () => {
    await insert('Ada', 'Ann owns a red bicycle', { created_at: '2026-01-01' })
    const likely = async (text: string) => {
      const options = { created_at: '2026-01-04' }
      const [first] = (await insert('Ada', text, options)).similar
      return [first.likely, first.age_days]
    }
    expect(await likely('Ann owns a red bicycle indeed')).toEqual(['repetition', 3])
    expect(await likely('Ann does not own a red bicycle')).toEqual(['contradiction', 3])
  })

  it('is at most three of each, the most similar first', async () => {
    for (const day of [1, 2, 3, 4, 5]) await insert('Ada', `The meeting on March ${day} is off`)
    const { similar } = await server.answer('insert_archival', {
      agent: 'Ada',
      texts: ['The meeting on March 5 is off again', 'Nothing of the kind'],
    })
    expect(similar).toHaveLength(3)
    expect(similar[0].text).toBe('The meeting on March 5 is off')
  })

  it('is skipped when many texts are inserted at once', async () => {
    await insert('Ada', 'The meeting is on Monday at 10')
    const texts = [11, 12, 13, 14, 15, 16].map((hour) => `The meeting is on Monday at ${hour}`)
    const { count, similar } = await server.answer('insert_archival', { agent: 'Ada', texts })
    expect([count, similar]).toEqual([6, []])
  })

  it('is found among many others of a long document', async () => {
    const filler = (number: number) => `Note ${number} on ${'amber basalt cobalt '.repeat(50)}`
    for (const start of [0, 100]) {
      const texts = Array.from({ length: 100 }, (_, index) => filler(start + index))
      await server.answer('insert_archival', { agent: 'Ada', texts })
    }
    const old = await insert('Ada', `The samovar of Ann is broken. ${filler(500)}`)
    const { similar } = await insert('Ada', `The samovar of Ann is mended. ${filler(501)}`)
    expect(similar[0]).toMatchObject({ id: old.passages[0].id })
    expect([...similar[0].text].length).toBeLessThanOrEqual(201)
  })
})

describe('neighbours', () => {
  it('of a passage come in the order of its source', async () => {
    const all = Array.from({ length: 12 }, (_, index) => `Line ${index}`)
    const { passages } = await server.answer('insert_archival', {
      agent: 'Ada',
      texts: all,
      source: 'book',
    })
    await insert('Ada', 'Of another book', { source: 'other' })
    const around = (index: number, args: object = {}) =>
      texts('Ada', { passage_id: passages[index].id, ...args })
    expect(await around(5)).toEqual(all.slice(1, 10))
    expect(await around(5, { limit: 3 })).toEqual(['Line 4', 'Line 5', 'Line 6'])
    expect(await around(5, { limit: 1 })).toEqual(['Line 5'])
    expect(await around(0, { limit: 5 })).toEqual(['Line 0', 'Line 1', 'Line 2'])
    expect(await around(11, { limit: 4 })).toEqual(['Line 10', 'Line 11'])
    const alone = await insert('Ada', 'Without a source')
    expect(await texts('Ada', { passage_id: alone.passages[0].id })).toEqual(['Without a source'])
    for (const args of [
      { agent: 'Bea', passage_id: passages[5].id },
      { agent: 'Ada', passage_id: newId('passage') },
    ]) {
      expect((await server.refusal('search_archival', args)).code).toBe('not_found')
    }
    const both = { agent: 'Ada', passage_id: passages[5].id, query: 'line' }
    expect((await server.refusal('search_archival', both)).code).toBe('invalid_argument')
  })

  it('that are too long for one answer are left out on both sides', async () => {
    const long = Array.from({ length: 9 }, (_, index) =>
      `Line ${index} `.padEnd(index < 4 ? 4_600 : 14_000, 'x'),
    )
    const { passages } = await server.answer('insert_archival', {
      agent: 'Ada',
      texts: long,
      source: 'book',
    })
    const answer = await server.answer('search_archival', {
      agent: 'Ada',
      passage_id: passages[4].id,
    })
    expect(answer.passages.map(({ id }: { id: string }) => id)).toContain(passages[4].id)
    expect(answer).toMatchObject({ truncated: true, left_out: 9 - answer.passages.length })
  })

  it('of a message come in the order in which they were said', async () => {
    for (const word of ['one', 'two', 'three', 'four']) {
      server.provider.enqueue(say(`Answer ${word}`))
      await server.answer('send_message', { agent: 'Ada', message: `Question ${word}` })
    }
    const { messages } = await server.answer('search_conversation', {
      agent: 'Ada',
      query: 'two',
      roles: ['user'],
    })
    const args = { agent: 'Ada', around: messages[0].id, limit: 5 }
    const answer = await server.answer('search_conversation', args)
    expect(answer.messages.map(({ text }: { text: string }) => text)).toEqual([
      'Question one',
      'Answer one',
      'Question two',
      'Answer two',
      'Question three',
    ])
    for (const wrong of [
      { ...args, around: newId('message') },
      { ...args, around: 'x' },
      { ...args, agent: 'Bea' },
    ]) {
      expect((await server.refusal('search_conversation', wrong)).code).toBe('not_found')
    }
    const both = { ...args, query: 'x' }
    expect((await server.refusal('search_conversation', both)).code).toBe('invalid_argument')
  })
})
