import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentId, ArchiveId } from '../../src/core/ids.ts'
import type { JobWork } from '../../src/jobs/job-handler.ts'
import { createLoadHandler } from '../../src/load/load-handler.ts'
import { createLoads } from '../../src/load/loads.ts'
import type { TestStorage } from '../support/own-database.ts'
import { at, insertAgent, openTestStorage } from '../support/stores.ts'

/* A folder that is loaded again, and stopped before each of its transactions in turn. */

let opened: TestStorage
let folder: string
beforeAll(async () => {
  opened = await openTestStorage()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'recollect-interrupted-')))
  await mkdir(join(folder, 'notes'))
}, 60_000)
afterAll(async () => {
  await opened.close()
  await rm(folder, { recursive: true })
})

class Stopped extends Error {}

const NOW = Date.parse(at(1_000_000))
const handler = createLoadHandler({
  fetch: () => Promise.reject(new Error('nothing is fetched')),
  clock: () => NOW,
  roots: null,
  writeBlock: () => Promise.reject(new Error('no block is written')),
})

/** Several batches of passages, each long enough to stand by itself. */
const document = (words: readonly string[]) =>
  words.map((word) => `# ${word}\n\n${`${word} is here. `.repeat(12)}`).join('\n\n')
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `Part${from + index}`)

async function put(name: string, content: string, time: string): Promise<void> {
  await writeFile(join(folder, 'notes', name), content)
  await utimes(join(folder, 'notes', name), new Date(time), new Date(time))
}

async function putOld(): Promise<void> {
  await put('a.md', document(numbered(0, 60)), '2026-01-01')
  await put('b.md', 'Gone later.', '2026-01-01')
}

async function putNew(): Promise<void> {
  await put(
    'a.md',
    document(['Zero', ...numbered(10, 40), 'Middle', ...numbered(45, 70)]),
    '2026-02-01',
  )
  await rm(join(folder, 'notes', 'b.md'))
}

/** Loads, and stops before that transaction. Resolves with the number of transactions that there were. */
async function load(agentId: AgentId, stopBefore = Number.POSITIVE_INFINITY): Promise<number> {
  const { store, clock } = { store: opened.storage.in('default'), clock: () => NOW }
  const path = join(folder, 'notes')
  const { begin } = createLoads({ store, clock, roots: null })
  const job = await begin({ agent: agentId, path, into: 'archive' })
  let saves = 0
  const save: JobWork['save'] = (work, progress) => {
    saves += 1
    if (saves > stopBefore) throw new Stopped()
    return store.transaction(async (tx) => {
      const made = await work(tx, at(1_000_000))
      const reached = typeof progress === 'function' ? progress(made) : progress
      if (reached) await tx.jobs.progress(job.id, reached, at())
      return made
    })
  }
  const work = { job, namespace: 'default', store, save }
  const end = await handler.run(work, new AbortController().signal).catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error
  })
  const report = end?.kind === 'done' ? end.report : ''
  const outcome = { status: 'completed', error: null, report, at: at() } as const
  if (end) await store.transaction((tx) => tx.jobs.finish(job.id, outcome))
  return saves
}

async function headings(archiveId: ArchiveId): Promise<readonly string[]> {
  const page = { after: 0, at: at(1_000_000), limit: 1_000 }
  const { passages } = opened.storage.in('default')
  const found = await passages.ofSource(archiveId, 'notes/a.md', page)
  return found.map(({ text }) => text.split('\n')[0] ?? '')
}

/** Every place takes a minute. */
const EVERY = process.env.RECOLLECT_TEST_FULL === '1' ? 1 : 4

test('wherever a second load is stopped, the next one completes it', async () => {
  const store = opened.storage.in('default')
  const expected = ['Zero', ...numbered(10, 40), 'Middle', ...numbered(45, 70)]
  for (let stopBefore = 1, isWhole = false; !isWhole; stopBefore += EVERY) {
    await putOld()
    const { id } = await insertAgent(store, { name: `Agent ${stopBefore}` })
    await load(id)
    await putNew()
    isWhole = (await load(id, stopBefore)) <= stopBefore
    if (!isWhole) await load(id)
    const archiveId = await store.archives.defaultOf(id)
    if (!archiveId) throw new Error('no archive was made')
    expect(await headings(archiveId), `stopped before ${stopBefore}`).toEqual(expected)
    const now = await store.passages.search(id, { limit: 200 })
    expect(now.items).toHaveLength(expected.length)
    const then = await store.passages.search(id, { limit: 200, asOf: '2026-01-15T00:00:00.000Z' })
    expect(then.items, `stopped before ${stopBefore}`).toHaveLength(61)
    if (stopBefore === 1) expect(isWhole).toBe(false)
  }
}, 240_000)

test('small files share transactions, and are complete wherever a load is stopped', async () => {
  const store = opened.storage.in('default')
  const FILES = 20
  await rm(join(folder, 'notes'), { recursive: true })
  await mkdir(join(folder, 'notes'))
  for (let file = 0; file < FILES; file += 1)
    await put(`${file}.md`, `The number of it is ${file}.`, '2026-01-01')
  await put('15.zip', 'no zip', '2026-01-01')
  for (let stopBefore = 1, isWhole = false; !isWhole; stopBefore += 2) {
    const { id } = await insertAgent(store, { name: `Small ${stopBefore}` })
    const saves = await load(id, stopBefore)
    isWhole = saves <= stopBefore
    if (!isWhole) await load(id)
    else expect(saves).toBeLessThan(FILES)
    const { items } = await store.passages.search(id, { limit: 200 })
    expect(items).toHaveLength(FILES)
    expect(new Set(items.map(({ item }) => item.text)).size).toBe(FILES)
  }
}, 120_000)
