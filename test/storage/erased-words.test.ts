import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  at,
  chooser,
  insertAgent,
  insertArchive,
  insertPassages,
  seededRandom,
} from '../support/stores.ts'
import { createWorkplace, look, type Workplace } from './workplace.ts'

let work: Workplace
beforeEach(async () => {
  work = await createWorkplace()
})
afterEach(() => work.clear())

const CANARY = 'qd42ba6880d95c057z'

test.each([1, 2, 3])(
  'no part of a removed word tells pages of the index apart, and the others are found as before (seed %i)',
  async (seed) => {
    const { below } = chooser(seededRandom(seed))
    const storage = await work.open()
    const store = storage.in('default')
    const agent = await insertAgent(store)
    const archiveId = await insertArchive(store, agent.id)
    const words = (prefix: string) =>
      Array.from({ length: 250 }, () => `${prefix}${below(1e6).toString(36)}`).join(' ')
    const removed = []
    for (let batch = 0; batch < 12; batch += 1) {
      const texts = Array.from({ length: 10 }, (_, at) => words(at < 5 ? CANARY : 'r'))
      const inserted = await insertPassages(
        store,
        archiveId,
        texts.map((text) => ({ text })),
      )
      removed.push(...inserted.slice(0, 5))
    }
    await insertPassages(store, archiveId, [{ text: 'the last zebra' }])
    const inAnyOrder = removed.map(({ id }) => ({ id, order: below(1e9) }))
    for (const { id } of inAnyOrder.sort((one, other) => one.order - other.order))
      await store.transaction((tx) => tx.passages.delete(archiveId, id, at()))

    const { items } = await store.passages.search(agent.id, { query: 'zebra', limit: 9 })
    expect(items).toHaveLength(1)
    await storage.close()

    expect(readFileSync(work.path, 'latin1')).not.toContain(CANARY.slice(0, 6))
    look(work.path, (handle) =>
      handle.exec(`INSERT INTO passage_words (passage_words) VALUES ('integrity-check')`),
    )
  },
  60_000,
)
