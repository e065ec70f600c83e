import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentId, ArchiveId } from '../../src/core/ids.ts'
import type { MessageRole } from '../../src/core/message.ts'
import type { Page } from '../../src/core/page.ts'
import type { Hit, MessageSearch, PassageSearch, Store } from '../../src/storage/port/store.ts'
import type { TestStorage } from '../support/own-database.ts'
import {
  assistantSays,
  at,
  insertAgent,
  insertArchive,
  insertPassages,
  userSays,
} from '../support/stores.ts'

let store: Store

/** So unlike each other that none is taken for another misspelt. */
const WORDS = ['amber', 'quartz', 'loom', '绿茶', 'ERR_2041', 'the', 'señor']
const TAGS = ['a', 'b', 'c']
const RUNS = { numRuns: 40, endOnFailure: true }

const word = fc.constantFrom(...WORDS)
const time = fc.integer({ min: 0, max: 6 })
const bound = fc.option(time, { nil: undefined })
const query = fc.option(fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), { nil: undefined })

interface Given {
  readonly id: string
  readonly words: readonly string[]
  readonly time: number
}

function inTime(given: Given, after?: number, before?: number): boolean {
  return (after ?? -1) <= given.time && given.time <= (before ?? 99)
}

/** Stop words don't count beside others. */
function matches({ words }: Given, asked: readonly string[] | undefined): boolean {
  if (asked === undefined) return true
  const telling = asked.filter((one) => one !== 'the')
  return (telling.length > 0 ? telling : asked).some((one) => words.includes(one))
}

type Search<T> = (page: { limit: number; cursor?: string | undefined }) => Promise<Page<Hit<T>>>

async function readPages<T extends { readonly id: string }>(
  search: Search<T>,
  limit: number,
  between: () => Promise<unknown> = async () => undefined,
): Promise<readonly string[]> {
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await search({ limit, cursor })
    if (page.nextCursor) expect(page.items).toHaveLength(limit)
    seen.push(...page.items.map(({ item }) => item.id))
    cursor = page.nextCursor
    if (cursor) await between()
  } while (cursor)
  return seen
}

/** The set is exact, each is there once, and the order is that of one page whatever the size of the pages. */
async function expectExactly<T extends { readonly id: string }>(
  search: Search<T>,
  expected: readonly Given[],
): Promise<readonly string[]> {
  const ids = expected.map(({ id }) => id)
  const atOnce = await readPages(search, 100)
  expect([...atOnce].sort()).toEqual([...ids].sort())
  for (let limit = 1; limit <= ids.length; limit += 1)
    expect(await readPages(search, limit)).toEqual(atOnce)
  return atOnce
}

const passage = fc.record({
  words: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 }),
  time,
  archive: fc.integer({ min: 0, max: 2 }),
  source: fc.constantFrom('', 's'),
  superseded: fc.boolean(),
})
const passageFilter = fc.record({
  query,
  tags: fc.option(fc.uniqueArray(fc.constantFrom(...TAGS, 'x'), { maxLength: 3 }), {
    nil: undefined,
  }),
  matchAllTags: fc.boolean(),
  includeSuperseded: fc.boolean(),
  after: bound,
  before: bound,
})

type Made = ValueOf<typeof passage>
type ValueOf<Of> = Of extends fc.Arbitrary<infer Value> ? Value : never

interface Library {
  readonly agentId: AgentId
  /** The last belongs to somebody else. */
  readonly archives: readonly ArchiveId[]
}

async function library(): Promise<Library> {
  const [agent, other] = [await insertAgent(store), await insertAgent(store)]
  const archives = [
    await insertArchive(store, agent.id),
    await insertArchive(store, agent.id),
    await insertArchive(store, other.id),
  ]
  return { agentId: agent.id, archives }
}

/** No two passages are the same. */
let number = 0

async function fill({ archives }: Library, passages: readonly Made[]) {
  const given = []
  for (const one of passages) {
    number += 1
    const archiveId = archives[one.archive]
    if (!archiveId) throw new Error('no such archive')
    const [inserted] = await insertPassages(store, archiveId, [
      {
        text: `${one.words.join(' ')} n${number}`,
        tags: one.tags,
        source: one.source,
        createdAt: at(one.time),
      },
    ])
    if (!inserted) throw new Error('nothing was inserted')
    given.push({ ...one, id: inserted.id })
  }
  return given
}

const NEWEST = {
  words: ['amber'],
  tags: ['a'],
  time: 6,
  source: '' as const,
  superseded: false,
} satisfies Partial<Made>

async function supersede(agentId: AgentId, old: string, by: string): Promise<void> {
  const done = await store.transaction((tx) =>
    tx.passages.supersede(agentId, old as never, by as never, at()),
  )
  expect(done).toBe(true)
}

function searchPassages(
  { agentId }: Library,
  filter: ValueOf<typeof passageFilter>,
  page: Pick<PassageSearch, 'limit' | 'cursor'>,
) {
  return store.passages.search(agentId, {
    ...filter,
    ...page,
    query: filter.query?.join(' '),
    after: filter.after === undefined ? undefined : at(filter.after),
    before: filter.before === undefined ? undefined : at(filter.before),
  })
}

const message = fc.record({
  words: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  role: fc.constantFrom<MessageRole>('user', 'assistant'),
  time,
})
const messageFilter = fc.record({
  query,
  roles: fc.option(fc.uniqueArray(fc.constantFrom<MessageRole>('user', 'assistant')), {
    nil: undefined,
  }),
  after: bound,
  before: bound,
})

function searchMessages(
  agentId: AgentId,
  filter: ValueOf<typeof messageFilter>,
  page: Pick<MessageSearch, 'limit' | 'cursor'>,
) {
  return store.messages.search(agentId, {
    ...filter,
    ...page,
    query: filter.query?.join(' '),
    after: filter.after === undefined ? undefined : at(filter.after),
    before: filter.before === undefined ? undefined : at(filter.before),
  })
}

/** That a search gives exactly what its filters leave, compared with a list in memory. */
export function searchProperties(open: () => Promise<TestStorage>): void {
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await open()
    store = opened.storage.in('default')
    close = opened.close
  })
  afterAll(() => close())

  test('passages: what tags, dates, words and supersession leave, each once, in one order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(passage, { maxLength: 12 }),
        fc.array(passageFilter, { minLength: 1, maxLength: 4 }),
        async (passages, filters) => {
          const place = await library()
          const given = await fill(place, passages)
          const newest = await fill(
            place,
            [0, 1].map((archive) => ({ ...NEWEST, archive })),
          )
          for (const old of given.filter(({ superseded }) => superseded)) {
            const by = newest[old.archive]
            if (by) await supersede(place.agentId, old.id, by.id)
          }
          const own = [...given, ...newest].filter(({ archive }) => archive < 2)
          for (const filter of filters) {
            const { tags = [], matchAllTags } = filter
            const expected = own.filter(
              (one) =>
                matches(one, filter.query) &&
                inTime(one, filter.after, filter.before) &&
                (filter.includeSuperseded || !one.superseded) &&
                (tags.length === 0 ||
                  (matchAllTags
                    ? tags.every((tag) => one.tags.includes(tag))
                    : tags.some((tag) => one.tags.includes(tag)))),
            )
            await expectExactly((page) => searchPassages(place, filter, page), expected)
          }
        },
      ),
      RUNS,
    )
  }, 120_000)

  test('passages: while others insert between pages, what was there comes once each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(passage, { minLength: 4, maxLength: 12 }),
        passageFilter,
        fc.infiniteStream(passage),
        fc.integer({ min: 1, max: 4 }),
        async (passages, filter, more, limit) => {
          const place = await library()
          await fill(place, passages)
          const search: Search<{ readonly id: string }> = (page) =>
            searchPassages(place, filter, page)
          const before = await readPages(search, 100)
          const seen = await readPages(search, limit, async () => fill(place, [...more.take(3)]))
          expect(new Set(seen).size, 'each once').toBe(seen.length)
          expect(seen.filter((id) => before.includes(id))).toEqual(before)
        },
      ),
      RUNS,
    )
  }, 120_000)

  test('messages: what roles, dates and words leave, each once, in one order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 12 }),
        fc.array(messageFilter, { minLength: 1, maxLength: 4 }),
        async (messages, filters) => {
          const [{ id }, other] = [await insertAgent(store), await insertAgent(store)]
          const made = messages.map(({ words, role, time }) => {
            const says = role === 'user' ? userSays : assistantSays
            return says(words.join(' '), { createdAt: at(time) })
          })
          await store.transaction(async (tx) => {
            await tx.messages.append(id, made)
            await tx.messages.append(other.id, [userSays(WORDS.join(' '))])
          })
          const given = messages.map((one, index) => ({ ...one, id: made[index]?.id ?? '' }))
          for (const filter of filters) {
            const expected = given.filter(
              (one) =>
                matches(one, filter.query) &&
                inTime(one, filter.after, filter.before) &&
                (filter.roles === undefined || filter.roles.includes(one.role)),
            )
            await expectExactly((page) => searchMessages(id, filter, page), expected)
          }
        },
      ),
      RUNS,
    )
  }, 120_000)
}
