import { expect, test } from 'vitest'
import type { AgentId, ArchiveId, PassageId } from '../../../src/core/ids.ts'
import type { NewPassage, PassageSearch } from '../../../src/storage/port/store.ts'
import {
  at,
  insertAgent,
  insertArchive,
  insertPassages,
  somePassage,
} from '../../support/stores.ts'
import type { Subject } from './subject.ts'

const DAY = 86_400
const day = (number: number) => at(number * DAY)

/** Searches as of another time, and which of two statements they show first. */
export function pastContract(subject: Subject): void {
  async function remember(passages: readonly Partial<NewPassage>[]) {
    const { id } = await insertAgent(subject.store)
    const archiveId = await insertArchive(subject.store, id)
    const inserted = await insertPassages(subject.store, archiveId, passages)
    return { agentId: id, archiveId, ids: inserted.map((one) => one.id) }
  }

  async function texts(agentId: AgentId, search: Partial<PassageSearch>) {
    const asked = { limit: 50, now: day(100), ...search }
    const { items } = await subject.store.passages.search(agentId, asked)
    return items.map(({ item }) => item.text)
  }

  /** Listed and searched for. */
  async function bothWays(agentId: AgentId, query: string, search: Partial<PassageSearch>) {
    const listed = await texts(agentId, search)
    expect((await texts(agentId, { ...search, query })).toSorted()).toEqual(listed.toSorted())
    return listed.toSorted()
  }

  async function replace(
    agentId: AgentId,
    archiveId: ArchiveId,
    old: PassageId,
    fields: Partial<NewPassage>,
  ) {
    const [newer] = await insertPassages(subject.store, archiveId, [fields])
    if (!newer) throw new Error('nothing was inserted')
    await subject.store.transaction((tx) => tx.passages.supersede(agentId, old, newer.id, at()))
  }

  test('a passage is hidden from the moment at which it expires, and found with superseded ones', async () => {
    const { agentId } = await remember([
      { text: 'tea until ten', createdAt: day(1), expiresAt: day(10) },
      { text: 'tea for ever', createdAt: day(1) },
    ])
    const before = { now: at(10 * DAY - 0.001) }
    expect(await bothWays(agentId, 'tea', before)).toEqual(['tea for ever', 'tea until ten'])
    expect(await bothWays(agentId, 'tea', { now: day(10) })).toEqual(['tea for ever'])
    const all = { now: day(10), includeSuperseded: true }
    expect(await bothWays(agentId, 'tea', all)).toEqual(['tea for ever', 'tea until ten'])
  })

  test('an expired passage that is inserted again lives for as long as is said then', async () => {
    const { agentId, archiveId } = await remember([{ text: 'tea', expiresAt: day(10) }])
    await insertPassages(subject.store, archiveId, [{ text: 'tea', expiresAt: day(200) }])
    expect(await bothWays(agentId, 'tea', {})).toEqual(['tea'])
    expect(await bothWays(agentId, 'tea', { now: day(200) })).toEqual([])
    const again = somePassage(archiveId, { text: 'tea' })
    await subject.store.transaction((tx) => tx.passages.insert([again], day(200)))
    expect(await bothWays(agentId, 'tea', { now: day(200) })).toEqual(['tea'])
  })

  test('as of a moment, what came later is absent, and what was superseded or expired later is not', async () => {
    const { agentId, archiveId, ids } = await remember([
      { text: 'Ann drinks tea', createdAt: day(1) },
      { text: 'Ann drinks milk', createdAt: day(2), expiresAt: day(30) },
    ])
    const [tea] = ids
    if (!tea) throw new Error('nothing was inserted')
    await replace(agentId, archiveId, tea, { text: 'Ann drinks coffee', createdAt: day(20) })
    expect(await bothWays(agentId, 'drinks', {})).toEqual(['Ann drinks coffee'])
    const asOf = (number: number) => bothWays(agentId, 'drinks', { asOf: day(number) })
    expect(await asOf(0)).toEqual([])
    expect(await asOf(1)).toEqual(['Ann drinks tea'])
    expect(await asOf(19)).toEqual(['Ann drinks milk', 'Ann drinks tea'])
    expect(await asOf(20)).toEqual(['Ann drinks coffee', 'Ann drinks milk'])
    expect(await asOf(30)).toEqual(['Ann drinks coffee'])
    expect(await bothWays(agentId, 'drinks', { asOf: day(19), after: day(2) })).toEqual([
      'Ann drinks milk',
    ])
  })

  test('of two that hold the same words of a question, what was said later comes first', async () => {
    const pairs = [
      ['Where does Ann live?', 'Ann lives in Graz.', 'Ann lives in Vienna by now.'],
      [
        'favourite colour',
        'Her favourite colour is red.',
        'Her favourite colour is now dark green.',
      ],
    ] as const
    for (const [query, older, newer] of pairs) {
      const inserted = [
        { text: newer, createdAt: day(50) },
        { text: older, createdAt: day(1) },
        { text: 'The kettle is in the garden.', createdAt: day(60) },
      ]
      for (const passages of [inserted, inserted.toReversed()]) {
        const { agentId } = await remember(passages)
        expect(await texts(agentId, { query })).toEqual([newer, older])
      }
    }
  })

  test('the days of a question are those of the time zone that it is asked in', async () => {
    const { agentId } = await remember([
      { text: 'late on the 30th in London', createdAt: '2026-03-30T22:00:00.000Z' },
      { text: 'early on the 30th in London', createdAt: '2026-03-30T02:00:00.000Z' },
    ])
    const first = async (query: string, timezone: string) => {
      const now = '2026-03-31T12:00:00.000Z'
      return (await texts(agentId, { query, timezone, now }))[0]?.slice(0, 5)
    }
    expect(await first('2026-03-31', 'Asia/Tokyo')).toBe('late ')
    expect(await first('yesterday', 'Asia/Tokyo')).toBe('early')
    expect(await first('2026-03-29', 'America/New_York')).toBe('early')
    expect(await first('yesterday', 'America/New_York')).toBe('late ')
  })

  test('what holds more of the question comes before what was said later', async () => {
    const { agentId } = await remember([
      { text: 'Ann lives in Graz with her dog.', createdAt: day(1) },
      { text: 'Ann has met someone.', createdAt: day(50) },
    ])
    expect((await texts(agentId, { query: 'Where does Ann live with her dog?' }))[0]).toContain(
      'Graz',
    )
  })
}
